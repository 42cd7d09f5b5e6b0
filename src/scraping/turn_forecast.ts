/** What a key looks like to one who asks for a turn. Times in unix ms. */
export interface TurnView {
  limits: { concurrency: number; delayMs: number };
  nowMs: number;
  /** Tickets held. */
  held: number;
  /** Others who wait. */
  ahead: number;
  lastStartMs: number;
  notBeforeMs: number;
}

/** Weight of the newest holder in the average. */
const NEWEST = 0.3;
/** Assumed of a holder before the first has ended. */
const UNKNOWN_HOLD_MS = 500;
const MIN_AHEAD_MS = 250;
/** Times are promised in a row up to this far ahead; whoever comes after that is spread over its second half. */
const MAX_ROW_MS = 300_000;

/**
 * When the next turn of one key may be had, by its delay and by how long its holders take. An estimate: whoever comes
 * back at a promised time asks again and may be told another.
 */
export class TurnForecast {
  readonly #random: () => number;
  #holdMs: number | undefined;
  #promisedMs = -Infinity;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Tells of a ticket that was held so long. */
  ended(holdMs: number): void {
    this.#holdMs = this.#holdMs === undefined ? holdMs : this.#holdMs + NEWEST * (holdMs - this.#holdMs);
  }

  /** About when one who asks now has its turn. Before any holder has ended only the key's delay is known. */
  turnMs({ limits, nowMs, held, ahead, lastStartMs, notBeforeMs }: TurnView): number {
    const spacingMs = Math.max(limits.delayMs, (this.#holdMs ?? 0) / limits.concurrency);
    const dueMs = Math.max(nowMs, notBeforeMs, lastStartMs + limits.delayMs);
    const full = held >= limits.concurrency ? nowMs + (this.#holdMs ?? 0) / limits.concurrency : nowMs;
    return Math.max(dueMs, full) + ahead * spacingMs;
  }

  /** A time to ask again: that of the next turn, after those promised already. */
  promise(view: TurnView): number {
    const { limits, nowMs } = view;
    const spacingMs = Math.max(limits.delayMs, (this.#holdMs ?? UNKNOWN_HOLD_MS) / limits.concurrency);
    const turnMs = Math.max(this.turnMs(view), nowMs + MIN_AHEAD_MS);
    const nextMs = Math.max(turnMs, this.#promisedMs + spacingMs);
    if (nextMs - turnMs <= MAX_ROW_MS) return this.#promisedMs = nextMs;
    return turnMs + MAX_ROW_MS * (0.5 + this.#random() / 2);
  }
}
