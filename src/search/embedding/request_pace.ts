import { sleep } from "../../platform/deadline.ts";

/**
 * Spaces requests evenly, so that no minute has more than `perMinute` of them and none comes in a burst (servers that say
 * "per minute" often count in seconds). 0: no limit. Who waits longer is served first.
 */
export class RequestPace {
  readonly #gapMs: number;
  #nextMs = 0;

  constructor(perMinute: number) {
    this.#gapMs = perMinute > 0 ? 60_000 / perMinute : 0;
  }

  /** Resolves when the caller's turn has come; a caller that gives up has used its turn. */
  async turn(options: { signal?: AbortSignal }): Promise<void> {
    if (this.#gapMs === 0) return;
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = atMs + this.#gapMs;
    if (atMs > nowMs) await sleep(atMs - nowMs, options);
  }
}
