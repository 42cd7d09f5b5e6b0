import { FixedBuckets } from "./fixed_buckets.ts";
import { HOST_OUTCOMES, type HostOutcome } from "./port.ts";
import type { Mergeable } from "./time_window.ts";

export type HostOutcomeCounts = Record<HostOutcome, number>;

const WAIT_BOUNDS_MS = [1, 10, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** Turns at one host in one stretch of time. Sums and no histograms: there may be hundreds of hosts in each stretch. */
export class HostCell implements Mergeable<HostCell> {
  readonly outcomes: HostOutcomeCounts = noHostOutcomes();
  readonly wait: SumAndMax = new SumAndMax();
  readonly held: SumAndMax = new SumAndMax();

  get empty(): boolean {
    return HOST_OUTCOMES.every((outcome) => this.outcomes[outcome] === 0);
  }

  merge(other: HostCell): void {
    for (const outcome of HOST_OUTCOMES) this.outcomes[outcome] += other.outcomes[outcome];
    this.wait.merge(other.wait);
    this.held.merge(other.held);
  }
}

/** Count, sum and largest of times in ms. */
export class SumAndMax {
  count = 0;
  sum = 0;
  max = 0;

  record(value: number): void {
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
  }

  merge(other: SumAndMax): void {
    this.count += other.count;
    this.sum += other.sum;
    if (other.max > this.max) this.max = other.max;
  }

  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count;
  }
}

/** Turns at all hosts since the start: which hosts there are, strangers' links decide, so none is a label. */
export class HostTurnSeries {
  readonly outcomes: HostOutcomeCounts = noHostOutcomes();
  readonly waitMs: FixedBuckets = new FixedBuckets(WAIT_BOUNDS_MS);
}

function noHostOutcomes(): HostOutcomeCounts {
  return { answered: 0, refused: 0, slow: 0, other: 0, put_off: 0 };
}
