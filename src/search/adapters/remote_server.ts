import { messageOf } from "../../platform/errors.ts";
import { Backoff } from "../../platform/backoff.ts";
import { probeChroma } from "./chroma_probe.ts";
import { untilSilent } from "./heartbeats.ts";
import type { ServerWatcher, StateUpdate, WatchOptions } from "./watch_options.ts";

/** A Chroma that somebody else runs: asked until it answers, watched while it does. */
export class RemoteServer implements ServerWatcher {
  readonly #url: URL;
  readonly #headers: Record<string, string> | undefined;
  readonly #watch: Required<WatchOptions>;

  constructor(url: string, watch: Required<WatchOptions>) {
    const base = new URL(url);
    if (base.username || base.password) {
      const pair = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
      const bytes = new TextEncoder().encode(pair);
      this.#headers = { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
      // The URL is shown in status answers and logs; the credentials must not be.
      base.username = "";
      base.password = "";
    }
    this.#url = base;
    this.#watch = watch;
  }

  async run(signal: AbortSignal, report: (update: StateUpdate) => void): Promise<void> {
    const headers = this.#headers;
    const backoff = new Backoff(this.#watch.backoff);
    const url = this.#url.href.replace(/\/$/, "");
    report({ url });
    while (!signal.aborted) {
      try {
        const { version } = await probeChroma(this.#url, {
          timeoutMs: this.#watch.heartbeatTimeoutMs,
          headers,
          withVersion: true,
          signal,
        });
        backoff.reset();
        report({ status: "connected", version, reason: undefined });
        const reason = await untilSilent(this.#url, { ...this.#watch, headers, signal });
        throw new Error(reason);
      } catch (error) {
        if (signal.aborted) return;
        report({ status: "unavailable", reason: `Chroma at ${url}: ${messageOf(error)}` });
      }
      await backoff.pause(signal);
    }
  }
}
