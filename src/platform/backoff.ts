import { sleep } from "./deadline.ts";

export interface BackoffOptions {
  /** The first pause. */
  minMs: number;
  /** The longest pause. */
  maxMs: number;
}

/** Pauses that double from one failure to the next, until something worked. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor({ minMs, maxMs }: BackoffOptions) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  /** The pause after one more failure, up to a fifth shorter by chance, so that many instances do not march in step. */
  nextMs(): number {
    const fullMs = Math.min(this.#maxMs, this.#minMs * 2 ** Math.min(this.#failures++, 30));
    return Math.round(fullMs * (1 - Math.random() / 5));
  }

  /** Waits that pause; ends early, without an error, when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    try {
      await sleep(this.nextMs(), { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  reset(): void {
    this.#failures = 0;
  }
}
