import { SYSTEM_CLOCK } from "../platform/clock.ts";
import { VectorStoreError } from "./vector_port.ts";

export interface VectorsBreakerOptions {
  /** Failures in a row after which it opens. @default 3 */
  failures?: number;
  /** How long it stays open at first; doubled each time the trial fails, up to sixteen times. @default 2000 */
  pauseMs?: number;
  /** Monotonic. @default performance.now */
  nowMs?: () => number;
}

/**
 * Keeps searches from waiting for vectors that do not come.
 *
 *     closed → (failures in a row) → open: nothing is asked → (pause) → one trial, others are not asked → closed or open
 *
 * What Chroma refuses counts as an answer: it came in time, and the next query may be another.
 */
export class VectorsBreaker {
  readonly #failuresToOpen: number;
  readonly #pauseMs: number;
  readonly #nowMs: () => number;
  #failures = 0;
  #openings = 0;
  #opensAtMs = 0;
  #isTrying = false;
  #reason = "";
  /** Counts resets: an answer from before one tells nothing of the server there is now. */
  #era = 0;

  constructor({ failures = 3, pauseMs = 2000, nowMs = SYSTEM_CLOCK.monoMs }: VectorsBreakerOptions = {}) {
    this.#failuresToOpen = failures;
    this.#pauseMs = pauseMs;
    this.#nowMs = nowMs;
  }

  /**
   * Asks, or does not.
   * @throws {VectorStoreError} unreachable: it is open; and whatever `ask` throws
   */
  async call<T>(ask: () => Promise<T>): Promise<T> {
    const isOpen = this.#failures >= this.#failuresToOpen;
    if (isOpen && (this.#isTrying || this.#nowMs() < this.#opensAtMs)) {
      throw new VectorStoreError("unreachable", `vectors are not asked for now: ${this.#reason}`);
    }
    const era = this.#era;
    if (isOpen) this.#isTrying = true;
    try {
      const answer = await ask();
      if (era === this.#era) this.#close();
      return answer;
    } catch (error) {
      if (era === this.#era && error instanceof VectorStoreError) {
        if (error.kind === "refused") this.#close();
        else this.#fail(error.message, isOpen);
      }
      throw error; // anything else, such as the caller's abort, tells nothing of the server
    } finally {
      if (isOpen && era === this.#era) this.#isTrying = false;
    }
  }

  /** There is another server, or a new connection. */
  reset(): void {
    this.#era++;
    this.#isTrying = false;
    this.#close();
  }

  #close(): void {
    this.#failures = 0;
    this.#openings = 0;
  }

  #fail(reason: string, wasTrial: boolean): void {
    this.#reason = reason;
    this.#failures++;
    // Calls that began before it opened fail after it did; they do not make the pause longer.
    const opens = wasTrial || this.#failures === this.#failuresToOpen;
    if (opens) this.#opensAtMs = this.#nowMs() + this.#pauseMs * 2 ** Math.min(this.#openings++, 4);
  }
}
