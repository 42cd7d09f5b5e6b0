import { FixedBuckets } from "./fixed_buckets.ts";
import { Histogram } from "./histogram.ts";
import { SEARCH_MODES, SEARCH_OUTCOMES, type SearchMode, type SearchOutcome } from "./port.ts";
import type { Mergeable } from "./time_window.ts";

type OutcomeCounts = Record<SearchOutcome, number>;

const SEARCH_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Searches of one mode in one stretch of time. Durations in microseconds. */
export class SearchCell implements Mergeable<SearchCell> {
  readonly outcomes: OutcomeCounts = noOutcomes();
  readonly durationUs: Histogram = new Histogram();

  get empty(): boolean {
    return this.durationUs.count === 0;
  }

  merge(other: SearchCell): void {
    for (const outcome of SEARCH_OUTCOMES) this.outcomes[outcome] += other.outcomes[outcome];
    this.durationUs.merge(other.durationUs);
  }
}

/** Searches of one mode since the start. */
export interface SearchSeries {
  readonly mode: SearchMode;
  readonly outcomes: OutcomeCounts;
  readonly durationMs: FixedBuckets;
}

/** A series for each mode, there from the start: a rate needs the 0 before the first. */
export function searchSeries(): Map<SearchMode, SearchSeries> {
  return new Map(
    SEARCH_MODES.map((mode) => [mode, {
      mode,
      outcomes: noOutcomes(),
      durationMs: new FixedBuckets(SEARCH_BOUNDS_MS),
    }]),
  );
}

function noOutcomes(): OutcomeCounts {
  return { answered: 0, cached: 0, degraded: 0, failed: 0, aborted: 0 };
}
