/** At most `count` starts in any `perMs` milliseconds: the starts of the last window, in a list. Times are queue time. */
export class RateWindow {
  #starts: number[];
  #count: number;
  #perMs: number;

  constructor(rate: { count: number; perMs: number }, starts: number[] = []) {
    this.#count = rate.count;
    this.#perMs = rate.perMs;
    this.#starts = starts;
  }

  get rate(): { count: number; perMs: number } {
    return { count: this.#count, perMs: this.#perMs };
  }

  /** What a new rate of the same key begins with. */
  get starts(): number[] {
    return this.#starts;
  }

  allows(nowMs: number): boolean {
    return this.opensMs() <= nowMs;
  }

  /** When the next start is allowed; `-Infinity` where it is allowed at any time. */
  opensMs(): number {
    const starts = this.#starts;
    return starts.length < this.#count ? -Infinity : starts[starts.length - this.#count]! + this.#perMs;
  }

  record(nowMs: number): void {
    const starts = this.#starts;
    // Twice the window's worth is kept before it is cut, so that cutting costs nothing per start.
    if (starts.length >= 2 * this.#count) starts.splice(0, starts.length - this.#count + 1);
    starts.push(nowMs);
  }

  /** The starts that still matter, for the file. */
  kept(nowMs: number): number[] {
    return this.#starts.slice(-this.#count).filter((at) => at > nowMs - this.#perMs);
  }
}
