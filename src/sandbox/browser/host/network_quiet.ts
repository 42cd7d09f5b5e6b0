import type { HTTPRequest, Page } from "puppeteer-core";
import { sleep } from "../../../platform/deadline.ts";

const LOOK_MS = 25;
/** Streams that are open for as long as the page is. */
const ENDLESS: ReadonlySet<string> = new Set(["eventsource", "websocket"]);

/** Knows whether a page waits for something from its network. */
export class NetworkQuiet {
  readonly #inFlight = new Set<HTTPRequest>();
  #changedMs = performance.now();

  constructor(page: Page) {
    page.on("request", (request) => {
      if (ENDLESS.has(request.resourceType())) return;
      this.#inFlight.add(request);
      this.#changedMs = performance.now();
    });
    const onEnd = (request: HTTPRequest) => {
      if (this.#inFlight.delete(request)) this.#changedMs = performance.now();
    };
    page.on("requestfinished", onEnd);
    page.on("requestfailed", onEnd);
  }

  /** Until nothing has been asked for `quietMs`, at most until `untilMs` (of `performance.now()`). */
  async wait(quietMs: number, untilMs: number, signal: AbortSignal): Promise<void> {
    while (performance.now() < untilMs) {
      if (this.#inFlight.size === 0 && performance.now() - this.#changedMs >= quietMs) return;
      await sleep(LOOK_MS, { signal });
    }
  }
}
