import { HostCell, type HostOutcomeCounts, type SumAndMax } from "./host_turns.ts";
import type { Looked } from "./looks.ts";
import type { HostGauge, MetricsGauges, SearchGauge, SearchMode } from "./port.ts";
import { SearchCell } from "./search_series.ts";
import { rounded, type Spread, spread } from "./spread.ts";
import type { WindowBucket } from "./window_bucket.ts";

/** Hosts of the answer at most. */
const MAX_HOSTS = 100;

/** How full the service is: now, but for the shares and delays of the window. */
export interface SaturationSummary {
  workers: number;
  workers_busy: number;
  attempts_in_hand: number;
  /** Share of the workers that had work, looked at each second. */
  busy_share: { mean: number | null; max: number | null };
  queued: number;
  delayed: number;
  running: number;
  paused: boolean;
  /** 0 where nothing waits, null where the queue did not say. */
  oldest_queued_s: number | null;
}

export interface SearchCounts {
  queries: number;
  cached: number;
  degraded: number;
  failed: number;
  aborted: number;
  latency_ms: Spread;
}

export type SearchSummary = SearchCounts & {
  by_mode: (SearchCounts & { mode: SearchMode })[];
  /** Now; null where search is off or did not say. */
  documents: number | null;
  chunks: number | null;
  owed_vectors: number | null;
  vector_database: SearchGauge["vectorDatabase"] | null;
};

export interface HostSummary {
  host: string;
  /** Turns of the window, by how they went. */
  turns: number;
  answered: number;
  refused: number;
  slow: number;
  put_off: number;
  wait_ms: { mean: number | null; max: number | null };
  held_ms: { mean: number | null; max: number | null };
  /** Now. */
  held: number;
  waiting: number;
  /** As it may be asked now; null where nobody asks. */
  concurrency: number | null;
  delay_ms: number | null;
  left_alone_until: string | null;
}

export function saturationOf(
  gauges: Pick<MetricsGauges, "queue" | "workers">,
  bucket: WindowBucket,
  looked: Looked,
): SaturationSummary {
  const { counts, paused } = gauges.queue();
  const { workers, busy, inHand } = gauges.workers();
  return {
    workers,
    workers_busy: busy,
    attempts_in_hand: inHand,
    busy_share: meanAndMax(bucket.busyShare),
    queued: counts.queued,
    delayed: counts.delayed,
    running: counts.running,
    paused,
    oldest_queued_s: looked.oldestQueuedS === undefined ? null : rounded(looked.oldestQueuedS),
  };
}

export function searchSummaryOf(bucket: WindowBucket, gauge: SearchGauge | undefined): SearchSummary {
  const all = new SearchCell();
  const by_mode: SearchSummary["by_mode"] = [];
  for (const [mode, cell] of bucket.searches) {
    all.merge(cell);
    by_mode.push({ mode, ...searchCounts(cell) });
  }
  by_mode.sort((a, b) => b.queries - a.queries);
  return {
    ...searchCounts(all),
    by_mode,
    documents: gauge?.documents ?? null,
    chunks: gauge?.chunks ?? null,
    owed_vectors: gauge?.owedVectors ?? null,
    vector_database: gauge?.vectorDatabase ?? null,
  };
}

/** Hosts of the window and hosts that are asked now: those left alone first, then by how often they were asked. */
export function hostSummariesOf(bucket: WindowBucket, gauges: HostGauge[]): HostSummary[] {
  const now = new Map(gauges.map((gauge) => [gauge.host, gauge]));
  const names = new Set([...now.keys(), ...bucket.hosts.keys()]);
  return Array.from(names, (host) => hostSummary(host, bucket.hosts.get(host), now.get(host)))
    .sort((a, b) =>
      Number(b.left_alone_until !== null) - Number(a.left_alone_until !== null) ||
      b.turns - a.turns || b.waiting - a.waiting || (a.host < b.host ? -1 : 1)
    )
    .slice(0, MAX_HOSTS);
}

function hostSummary(host: string, cell = new HostCell(), gauge?: HostGauge): HostSummary {
  const { answered, refused, slow, other, put_off }: HostOutcomeCounts = cell.outcomes;
  const untilMs = gauge?.leftAloneUntilMs;
  return {
    host,
    turns: answered + refused + slow + other,
    answered,
    refused,
    slow,
    put_off,
    wait_ms: meanAndMax(cell.wait),
    held_ms: meanAndMax(cell.held),
    held: gauge?.held ?? 0,
    waiting: gauge?.waiting ?? 0,
    concurrency: gauge?.concurrency ?? null,
    delay_ms: gauge?.delayMs ?? null,
    left_alone_until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
  };
}

function searchCounts({ outcomes, durationUs }: SearchCell): SearchCounts {
  const { cached, degraded, failed, aborted } = outcomes;
  return { queries: durationUs.count, cached, degraded, failed, aborted, latency_ms: spread(durationUs) };
}

function meanAndMax(values: SumAndMax): { mean: number | null; max: number | null } {
  const { mean } = values;
  return mean === undefined ? { mean: null, max: null } : { mean: rounded(mean), max: rounded(values.max) };
}
