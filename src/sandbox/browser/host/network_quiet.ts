import type { CDPSession } from "puppeteer-core";
import { sleep } from "../../../platform/deadline.ts";

const LOOK_MS = 25;
/** What a page may be waiting for to show something. Streams, pings and prefetches are open as long as they like. */
const AWAITED: ReadonlySet<string> = new Set([
  "Document",
  "Fetch",
  "Font",
  "Image",
  "Script",
  "Stylesheet",
  "XHR",
]);

/** Knows whether a page waits for something from its network. */
export class NetworkQuiet {
  readonly #inFlight = new Set<string>();
  #changedMs = performance.now();

  private constructor() {}

  static async watch(client: CDPSession): Promise<NetworkQuiet> {
    const quiet = new NetworkQuiet();
    client.on("Network.requestWillBeSent", ({ requestId, type, documentURL, request }) => {
      if (!AWAITED.has(type ?? "")) return;
      // The script of a worker is its own document: its end is told to the worker alone.
      if (type !== "Document" && documentURL === request.url) return;
      quiet.#inFlight.add(requestId);
      quiet.#changedMs = performance.now();
    });
    client.on("Network.loadingFinished", ({ requestId }) => quiet.over(requestId));
    client.on("Network.loadingFailed", ({ requestId }) => quiet.over(requestId));
    await client.send("Network.enable", {
      maxTotalBufferSize: 0,
      maxResourceBufferSize: 0,
      maxPostDataSize: 0,
    });
    return quiet;
  }

  /** A request has ended, or will not be made. */
  over(requestId: string): void {
    if (this.#inFlight.delete(requestId)) this.#changedMs = performance.now();
  }

  /** Until nothing has been asked for `quietMs`, at most until `untilMs` (of `performance.now()`). */
  async wait(quietMs: number, untilMs: number, signal: AbortSignal): Promise<void> {
    while (performance.now() < untilMs) {
      if (this.#inFlight.size === 0 && performance.now() - this.#changedMs >= quietMs) return;
      await sleep(LOOK_MS, { signal });
    }
  }
}
