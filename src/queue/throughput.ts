const WINDOW_S = 60;

/** Ends per second over the last minute: one counter a second, in a ring. */
export class Throughput {
  readonly #counts = new Array<number>(WINDOW_S).fill(0);
  readonly #seconds = new Array<number>(WINDOW_S).fill(-1);
  readonly #startedS: number;

  constructor(nowMs: number) {
    this.#startedS = Math.floor(nowMs / 1000);
  }

  record(nowMs: number, count: number): void {
    const second = Math.floor(nowMs / 1000);
    const slot = second % WINDOW_S;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot]! += count;
  }

  /** Over the minute, or over the time since the start while that is shorter. */
  perS(nowMs: number): number {
    const second = Math.floor(nowMs / 1000);
    let sum = 0;
    for (let i = 0; i < WINDOW_S; i++) {
      if (this.#seconds[i]! > second - WINDOW_S && this.#seconds[i]! <= second) sum += this.#counts[i]!;
    }
    const span = Math.min(WINDOW_S, Math.max(1, second - this.#startedS + 1));
    return Math.round(sum / span * 100) / 100;
  }
}
