/** What a window keeps per stretch of time. */
export interface Mergeable<T> {
  merge(other: T): void;
  readonly empty: boolean;
}

/** Length of a fine bucket, and of the coarse ones the fine are folded into, in ms. */
const FINE_MS = 10_000;
const COARSE_MS = 60_000;
/** Fine buckets are kept for 10 minutes, coarse ones for an hour and the minute begun. */
const FINE_KEPT = 61;
const COARSE_KEPT = 61;
/** Up to here a window is answered from fine buckets. */
const FINE_REACH_MS = 600_000;

export const MAX_WINDOW_S = 3600;

/**
 * The last hour, in buckets: 10 s each for the last 10 minutes, 1 min each before. Time is monotonic, given by the
 * caller in ms, so a clock that is set does not bend a window. Stretches in which nothing happened cost nothing.
 */
export class TimeWindow<B extends Mergeable<B>> {
  readonly #make: () => B;
  readonly #startMs: number;
  #fine: { index: number; bucket: B }[] = [];
  #coarse: { index: number; bucket: B }[] = [];
  #live: B;
  #liveIndex = 0;
  #liveEndMs: number;

  constructor(make: () => B, startMs: number) {
    this.#make = make;
    this.#startMs = startMs;
    this.#live = make();
    this.#liveEndMs = startMs + FINE_MS;
  }

  /** The bucket that takes what happens now; another object as soon as its stretch is over. */
  live(nowMs: number): B {
    if (nowMs >= this.#liveEndMs) this.#advance(nowMs);
    return this.#live;
  }

  /**
   * Everything of the last `windowMs`, and the span it truly covers: buckets are taken whole, so it reaches up to one
   * bucket further back than asked, and never to before the start.
   */
  collect(windowMs: number, nowMs: number): { bucket: B; coveredMs: number } {
    const live = this.live(nowMs);
    const fromMs = Math.max(0, nowMs - this.#startMs - windowMs);
    const [kept, widthMs] = windowMs <= FINE_REACH_MS ? [this.#fine, FINE_MS] : [this.#coarse, COARSE_MS];
    const first = Math.floor(fromMs / widthMs);
    const bucket = this.#make();
    for (const entry of kept) if (entry.index >= first) bucket.merge(entry.bucket);
    bucket.merge(live);
    return { bucket, coveredMs: nowMs - this.#startMs - first * widthMs };
  }

  #advance(nowMs: number): void {
    const index = Math.floor((nowMs - this.#startMs) / FINE_MS);
    if (!this.#live.empty) {
      this.#fine.push({ index: this.#liveIndex, bucket: this.#live });
      const minute = Math.floor(this.#liveIndex * FINE_MS / COARSE_MS);
      let coarse = this.#coarse.at(-1);
      if (coarse?.index !== minute) this.#coarse.push(coarse = { index: minute, bucket: this.#make() });
      coarse.bucket.merge(this.#live);
      this.#live = this.#make();
    }
    this.#liveIndex = index;
    this.#liveEndMs = this.#startMs + (index + 1) * FINE_MS;
    const oldestCoarse = Math.floor(index * FINE_MS / COARSE_MS) - COARSE_KEPT;
    this.#fine = this.#fine.filter((entry) => entry.index >= index - FINE_KEPT);
    this.#coarse = this.#coarse.filter((entry) => entry.index >= oldestCoarse);
  }
}
