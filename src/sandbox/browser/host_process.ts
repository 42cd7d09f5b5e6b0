import { randomBytes } from "node:crypto";
import { InterruptedError, TaskError } from "../../platform/errors.ts";
import { FrameReader } from "../frames.ts";
import type { CallOptions } from "../port.ts";
import { StderrTail } from "../stderr_tail.ts";
import { hostCommand, launcher } from "./host_command.ts";
import type { BrowserOptions, RenderedPage, RenderRequest } from "./port.ts";
import { type BrowserHello, type FromBrowserHost, fromBrowserHost, type ToBrowserHost } from "./protocol.ts";

const MAX_FRAME_BYTES = 512 * 1024 * 1024;
/** What an answer may be late before the process is taken to hang. */
const SLACK_MS = 800;
const START_MS = 20_000;

/** A page in its hands: until it is answered, and then until its place is free. */
interface InHand {
  answer: PromiseWithResolvers<RenderedPage>;
  gone: PromiseWithResolvers<void>;
  maxBytes: number;
  answered: boolean;
}

/** One process that holds one Chromium. starting → serving → ended; whatever it held settles when it is gone. */
export class HostProcess {
  /** Resolves with whether Chromium sandboxes its pages. @throws {TaskError} browser_unavailable */
  readonly ready: Promise<{ sandboxed: boolean }>;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  /** Pages it has been given. */
  pages = 0;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stderr = new StderrTail();
  readonly #started = Promise.withResolvers<{ sandboxed: boolean }>();
  readonly #inHand = new Map<number, InHand>();
  readonly #encoder = new TextEncoder();
  readonly #startTimer: ReturnType<typeof setTimeout>;
  #lastId = 0;
  #killed?: "ended" | "hung";
  #isEnded = false;

  constructor(options: BrowserOptions & { chromiumPath: string }, profile: string) {
    this.ready = this.#started.promise;
    this.ready.catch(() => {}); // told to whoever waits
    this.#process = hostCommand(options, profile).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    const marker = `\u0001${randomBytes(12).toString("hex")} `;
    this.#write({ marker, profile, launcher: launcher(options), options } satisfies BrowserHello);
    this.#startTimer = setTimeout(() => this.#kill("hung"), START_MS);
    this.ended = this.#run(marker);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get serving(): boolean {
    return this.#killed === undefined && !this.#isEnded;
  }

  /** It ended though nobody had asked it to. */
  get crashed(): boolean {
    return this.#isEnded && this.#killed !== "ended";
  }

  /** Pages it has in hand, those that are being closed included. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** One page. `gone` resolves when its place is free again, which may be after the answer. */
  render(
    request: RenderRequest,
    options: CallOptions,
  ): { answer: Promise<RenderedPage>; gone: Promise<void> } {
    const { signal, timeoutMs } = options;
    const id = ++this.#lastId;
    const held: InHand = {
      answer: Promise.withResolvers(),
      gone: Promise.withResolvers(),
      maxBytes: request.maxBytes,
      answered: false,
    };
    this.#inHand.set(id, held);
    this.pages++;
    const late = setTimeout(() => this.#kill("hung"), timeoutMs + SLACK_MS);
    const onAbort = () => {
      this.#write({ t: "cancel", id });
      held.answer.reject(signal!.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    const settled = () => {
      held.answered = true;
      clearTimeout(late);
      signal?.removeEventListener("abort", onAbort);
    };
    held.answer.promise.then(settled, settled);
    this.#write({ t: "render", id, request, timeoutMs });
    return { answer: held.answer.promise, gone: held.gone.promise };
  }

  /** Kills it and waits until it is gone; its Chromium goes with it. */
  end(): Promise<void> {
    this.#kill("ended");
    return this.ended;
  }

  async #run(marker: string): Promise<void> {
    const stderr = this.#stderr.drain(this.#process.stderr);
    const frames = new FrameReader(marker, MAX_FRAME_BYTES);
    try {
      for await (const chunk of this.#process.stdout) {
        if (!this.serving) continue; // drained, so that the process can go
        for (const frame of frames.push(chunk)) this.#receive(frame);
      }
    } catch {
      this.#kill("hung"); // a line beyond every bound
    }
    await this.#process.status;
    await stderr;
    clearTimeout(this.#startTimer);
    await this.#stdin.abort().catch(() => {}); // the pipe went with the process
    this.#isEnded = true;
    this.#settleAll();
  }

  #receive(frame: unknown): void {
    const parsed = fromBrowserHost.safeParse(frame);
    if (!parsed.success) return this.#kill("hung");
    const message = parsed.data;
    if (message.t === "ready") {
      clearTimeout(this.#startTimer);
      return this.#started.resolve({ sandboxed: message.sandboxed });
    }
    const held = this.#inHand.get(message.id);
    if (held === undefined) return;
    if (message.t === "gone") {
      this.#inHand.delete(message.id);
      return held.gone.resolve();
    }
    if (message.t === "error") return held.answer.reject(errorOf(message.error));
    // One code unit is one byte at least.
    if (message.page.html.length > held.maxBytes) return this.#kill("hung");
    held.answer.resolve(message.page);
  }

  #kill(why: "ended" | "hung"): void {
    if (!this.serving) return;
    this.#killed = why;
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it had just gone of itself
    }
  }

  #settleAll(): void {
    this.#started.reject(
      this.#killed === "ended" ? new InterruptedError("The browser has been closed") : new TaskError(
        "browser_unavailable",
        `Cannot start the browser of CHROMIUM_PATH${this.#stderr.detail}`,
        { retryable: true },
      ),
    );
    const waiting = [...this.#inHand.values()].filter(({ answered }) => !answered);
    for (const { answer } of waiting) {
      // Alone with it, a page has brought the browser down itself.
      answer.reject(
        waiting.length === 1 && this.#killed !== "ended"
          ? new TaskError("worker_crashed", "The page brought the browser down")
          : new InterruptedError("The browser has ended"),
      );
    }
    for (const { gone } of this.#inHand.values()) gone.resolve();
    this.#inHand.clear();
  }

  #write(message: ToBrowserHost | BrowserHello): void {
    if (!this.serving) return;
    // A broken pipe shows as the process's end, which is dealt with there.
    this.#stdin.write(this.#encoder.encode(JSON.stringify(message) + "\n")).catch(() => {});
  }
}

function errorOf(
  { code, message, retryable, interrupted }: (FromBrowserHost & { t: "error" })["error"],
): Error {
  if (interrupted || code === undefined) return new InterruptedError(message);
  return new TaskError(code, message, { retryable });
}
