/** Cumulative counts under fixed upper bounds: what a Prometheus histogram is, exact at its bounds. */
export class FixedBuckets {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** `bounds` ascend and are in the unit of the values; a last bucket without bound is added. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  record(value: number): void {
    let i = 0;
    while (i < this.#bounds.length && value > this.#bounds[i]!) i++;
    this.#counts[i]!++;
    this.#sum += value;
  }

  get bounds(): readonly number[] {
    return this.#bounds;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Values at or below each bound, then the count of all. */
  cumulative(): number[] {
    let total = 0;
    return Array.from(this.#counts, (count) => total += count);
  }
}
