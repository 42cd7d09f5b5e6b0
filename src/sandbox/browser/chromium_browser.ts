import { InterruptedError, messageOf, TaskError } from "../../platform/errors.ts";
import type { CallOptions } from "../port.ts";
import { waitWithin } from "../wait_within.ts";
import { HostProcess } from "./host_process.ts";
import { Places } from "./places.ts";
import type { Browser, BrowserOptions, BrowserStatus, RenderedPage, RenderRequest } from "./port.ts";
import { Profiles } from "./profiles.ts";

/** A page that is still not closed this long after its answer: its browser is replaced. */
const CLOSING_MS = 5000;
/** How long a browser that takes no more pages may finish those it has. */
const RETIREMENT_MS = 60_000;
const MAX_SUSPECTS = 1000;

export interface BrowserDeps {
  /** Told of starts and ends: an event and its fields. */
  log?(level: "info" | "warning", event: string, fields: Record<string, unknown>): void;
}

/** The browser of a service. `host` is what takes pages now; those before it may still finish theirs. */
export class ChromiumBrowser implements Browser {
  readonly #options: BrowserOptions;
  readonly #log: NonNullable<BrowserDeps["log"]>;
  readonly #places: Places;
  readonly #profiles: Profiles;
  readonly #hosts = new Set<HostProcess>();
  /** Pages that were in hand when a browser died under several: each comes alone next time, so the cause is found. */
  readonly #suspects = new Set<string>();
  #host?: HostProcess;
  #opening?: Promise<HostProcess>;
  #idle?: ReturnType<typeof setTimeout>;
  #inHand = 0;
  #started = 0;
  #crashed = 0;
  #closed = false;

  constructor(options: BrowserOptions, deps: BrowserDeps = {}) {
    this.#options = options;
    this.#log = deps.log ?? (() => {});
    this.#places = new Places(options.concurrency);
    this.#profiles = new Profiles(options.folder);
  }

  async render(request: RenderRequest, options: CallOptions): Promise<RenderedPage> {
    const { chromiumPath } = this.#options;
    if (chromiumPath === undefined) {
      throw new TaskError(
        "browser_unavailable",
        "Cannot render this page as no browser is set: name a Chromium in CHROMIUM_PATH",
        { retryable: false },
      );
    }
    const endMs = performance.now() + options.timeoutMs;
    const left = () => ({ ...options, timeoutMs: Math.max(1, endMs - performance.now()) });
    const release = await this.#places.take({ ...options, alone: this.#suspects.has(request.url) });
    this.#begin();
    let gone: Promise<void> = Promise.resolve();
    try {
      const host = await this.#ready(chromiumPath, left());
      const render = host.render(request, left());
      gone = render.gone;
      void render.answer.catch(() => {}).then(() => this.#watchClosing(host, render.gone));
      try {
        const page = await render.answer;
        this.#suspects.delete(request.url);
        return page;
      } catch (error) {
        if (!(error instanceof InterruptedError)) this.#suspects.delete(request.url);
        else if (host.crashed && this.#suspects.size < MAX_SUSPECTS) this.#suspects.add(request.url);
        throw error;
      }
    } finally {
      void gone.then(() => {
        this.#end();
        release();
      });
    }
  }

  status(): BrowserStatus {
    return {
      alive: this.#host?.serving ?? false,
      inHand: this.#inHand,
      started: this.#started,
      crashed: this.#crashed,
      pid: this.#host?.pid,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#opening?.catch(() => {});
    await Promise.all([...this.#hosts].map((host) => host.end()));
    await this.#profiles.settled();
  }

  async #ready(chromiumPath: string, options: CallOptions): Promise<HostProcess> {
    const { maxPages = 500 } = this.#options;
    if (this.#closed) throw new InterruptedError("The browser has been closed");
    if (this.#host && this.#host.pages >= maxPages) this.#retire(this.#host);
    if (this.#host === undefined) {
      this.#opening ??= this.#open(chromiumPath).finally(() => this.#opening = undefined);
      await waitWithin(this.#opening.then(() => {}), options);
    }
    const host = this.#host;
    if (host === undefined || this.#closed) throw new InterruptedError("The browser has ended");
    await waitWithin(host.ready.then(() => {}), options);
    return host;
  }

  async #open(chromiumPath: string): Promise<HostProcess> {
    const profile = await this.#profiles.make();
    const beganMs = performance.now();
    const host = new HostProcess({ ...this.#options, chromiumPath }, profile);
    this.#started++;
    this.#hosts.add(host);
    this.#host = host;
    void host.ended.then(() => {
      this.#hosts.delete(host);
      if (this.#host === host) this.#host = undefined;
      this.#profiles.remove(profile);
      if (!host.crashed) return;
      this.#crashed++;
      this.#log("warning", "browser_crashed", { pid: host.pid, pages: host.pages });
    });
    host.ready.then(({ sandboxed }) => {
      this.#log("info", "browser_started", { pid: host.pid, ms: Math.round(performance.now() - beganMs) });
      if (!sandboxed) {
        this.#log("warning", "browser_not_sandboxed", {
          reason: "Chromium does not sandbox its pages under root: run the service as another user",
        });
      }
    }).catch((error) => this.#log("warning", "browser_unavailable", { reason: messageOf(error) }));
    return host;
  }

  #retire(host: HostProcess): void {
    if (this.#host === host) this.#host = undefined;
    if (host.inHand === 0) return void host.end();
    const timer = setTimeout(() => host.end(), RETIREMENT_MS);
    void host.ended.then(() => clearTimeout(timer));
  }

  #watchClosing(host: HostProcess, gone: Promise<void>): void {
    const timer = setTimeout(() => this.#retire(host), CLOSING_MS);
    void gone.then(() => {
      clearTimeout(timer);
      if (this.#host !== host && host.inHand === 0) void host.end();
    });
  }

  #begin(): void {
    this.#inHand++;
    clearTimeout(this.#idle);
  }

  #end(): void {
    if (--this.#inHand > 0 || this.#closed) return;
    const { idleMs = 120_000 } = this.#options;
    this.#idle = setTimeout(() => void this.#host?.end(), idleMs);
    Deno.unrefTimer(this.#idle);
  }
}
