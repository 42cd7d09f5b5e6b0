/** How the holder of a turn fared with its host; nothing said: nothing learned. */
export interface TurnFeedback {
  /** The host asked to be left alone that long. */
  backoffMs?: number;
  /**
   * `answered`: it took the request; `refused`: it said that it is asked too much (429, 503); `slow`: it did not answer
   * in a time in which any host does that is not overloaded.
   */
  outcome?: "answered" | "refused" | "slow";
}

export interface PaceLimits {
  concurrency: number;
  delayMs: number;
}

/** Words of a deferral by which a worker can tell a host that is left alone from one that is merely busy. */
export const LEFT_ALONE = "is left alone for now";

/** First wait after a refusal that names no time, before jitter; doubled with each further round of refusals. */
const FIRST_BACKOFF_MS = 1000;
const FIRST_SPACING_MS = 250;
const MAX_SPACING_MS = 30_000;
const MIN_SPACING_MS = 50;
/** Answers in a row after which earlier refusals no longer make the next wait longer. */
const FORGIVEN_AFTER = 10;
const FORGOTTEN_AFTER_MS = 600_000;

/**
 * How fast one host is asked, by how it takes it: additive increase, multiplicative decrease. A refusal halves the
 * requests at once; where there is one only, it doubles the time between two. Answers bring back first the time, then
 * the number. Refusals of requests that were under way together are one round and count once.
 */
export class HostPace {
  readonly #maxBackoffMs: number;
  readonly #random: () => number;
  #concurrency = Infinity;
  #spacingMs = 0;
  #rounds = 0;
  #answersInRow = 0;
  #notBeforeMs = -Infinity;
  #slowedMs = -Infinity;

  constructor(options: { maxBackoffMs: number; random?: () => number }) {
    this.#maxBackoffMs = options.maxBackoffMs;
    this.#random = options.random ?? Math.random;
  }

  /** Nothing starts before this time (unix ms). */
  get notBeforeMs(): number {
    return this.#notBeforeMs;
  }

  /** The limits as they are now: those asked for, or stricter ones. */
  limits<L extends PaceLimits>(asked: L): L {
    if (this.#concurrency === Infinity && this.#spacingMs === 0) return asked;
    return {
      ...asked,
      concurrency: Math.min(asked.concurrency, Math.max(1, Math.floor(this.#concurrency))),
      delayMs: Math.max(asked.delayMs, Math.round(this.#spacingMs)),
    };
  }

  /** Learns from a turn that began at `startedMs`. */
  ended(feedback: TurnFeedback, turn: { startedMs: number; nowMs: number; asked: PaceLimits }): void {
    const { backoffMs = 0, outcome } = feedback;
    if (backoffMs > 0) this.#leaveAlone(turn.nowMs + backoffMs, turn.nowMs);
    // What had begun before the last change says nothing about it.
    if (turn.startedMs <= this.#slowedMs) return;
    if (outcome === "answered") return this.#faster(turn.asked);
    if (outcome !== "refused" && outcome !== "slow") return;
    this.#slower(turn);
    if (outcome === "slow" || backoffMs > 0) return;
    const waitMs = FIRST_BACKOFF_MS * (1 + this.#random()) * 2 ** Math.min(this.#rounds - 1, 20);
    this.#leaveAlone(turn.nowMs + waitMs, turn.nowMs);
  }

  /** Whether it has nothing to remember. */
  atRest(nowMs: number): boolean {
    if (this.#notBeforeMs > nowMs) return false;
    if (nowMs - Math.max(this.#slowedMs, this.#notBeforeMs) >= FORGOTTEN_AFTER_MS) return true;
    return this.#concurrency === Infinity && this.#spacingMs === 0 && this.#rounds === 0;
  }

  #leaveAlone(untilMs: number, nowMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, Math.min(untilMs, nowMs + this.#maxBackoffMs));
  }

  #slower({ nowMs, asked }: { nowMs: number; asked: PaceLimits }): void {
    this.#rounds++;
    this.#answersInRow = 0;
    this.#slowedMs = nowMs;
    const { concurrency } = this.limits(asked);
    this.#concurrency = Math.max(1, Math.floor(concurrency / 2));
    if (concurrency > 1) return;
    this.#spacingMs = Math.min(Math.max(FIRST_SPACING_MS, this.#spacingMs * 2), MAX_SPACING_MS);
  }

  #faster(asked: PaceLimits): void {
    if (this.#rounds > 0 && ++this.#answersInRow >= FORGIVEN_AFTER) this.#rounds = 0;
    if (this.#spacingMs > 0) {
      this.#spacingMs *= 0.9;
      if (this.#spacingMs < MIN_SPACING_MS) this.#spacingMs = 0;
    } else if (this.#concurrency < Infinity) {
      this.#concurrency += 1 / this.#concurrency;
      if (this.#concurrency >= asked.concurrency) this.#concurrency = Infinity;
    }
  }
}
