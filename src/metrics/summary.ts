import type { Looked } from "./looks.ts";
import type { MetricsGauges, MetricsSinkStats } from "./port.ts";
import type { Recorder } from "./recorder.ts";
import { ms, rounded, type Spread, spread } from "./spread.ts";
import {
  hostSummariesOf,
  type HostSummary,
  saturationOf,
  type SaturationSummary,
  type SearchSummary,
  searchSummaryOf,
} from "./summary_parts.ts";
import { MAX_WINDOW_S } from "./time_window.ts";
import { RequestCell, type SeriesLabels, TASK_ENDS, TaskCell, type TaskEndCounts } from "./window_bucket.ts";

/** The answer of `GET /monitoring/metrics-summary`, so its keys are snake_case. */
export interface MetricsSummary {
  /** The window asked for, cut to 1..3600 s. */
  window_s: number;
  /** Start of what is really counted: buckets are taken whole, and nothing is known from before the start. */
  since: string;
  /** Seconds from `since` to now. */
  covered_s: number;
  requests: RequestSummary;
  tasks: TaskSummary;
  search: SearchSummary;
  hosts: { left_alone: number; by_host: HostSummary[] };
  saturation: SaturationSummary;
  cache: CacheSummary;
  event_loop_delay_ms: { p50: number | null; p99: number | null; max: number | null };
  sink: { written: number; dropped: number; last_error: string | null };
}

export interface RequestSummary {
  total: number;
  per_s: number | null;
  by_status: Record<string, number>;
  statuses: Record<string, number>;
  latency_ms: Spread;
  by_route: RouteSummary[];
}

export type TaskSummary = TaskEndCounts & { run_ms: Spread; wait_ms: Spread; by_type: TaskTypeSummary[] };

export interface RouteSummary {
  route: string;
  method: string;
  count: number;
  /** Answers of 500 and above. */
  errors: number;
  statuses: Record<string, number>;
  latency_ms: Spread;
}

export type TaskTypeSummary = TaskEndCounts & { type: string; run_ms: Spread; wait_ms: Spread };

/** Counted since `since`, the service's start, and not over the window. */
export interface CacheSummary {
  since: string;
  hits: number;
  memory_hits: number;
  stale_hits: number;
  misses: number;
  /** `(hits + stale_hits) / look-ups`, 0 to 1; null without a look-up. */
  hit_rate: number | null;
  entries: number;
  size_bytes: number;
  evictions: number;
}

/** What happened in the last `windowS` seconds (1..3600). */
export function summarize(
  windowS: number,
  sources: { recorder: Recorder; gauges: MetricsGauges; looked: Looked; sink: MetricsSinkStats },
): MetricsSummary {
  const { recorder, gauges, looked, sink } = sources;
  const askedS = Number.isFinite(windowS) ? Math.min(MAX_WINDOW_S, Math.max(1, windowS)) : MAX_WINDOW_S;
  const { bucket, coveredMs } = recorder.window(askedS);
  const hosts = gauges.hosts();
  const loop = bucket.loopDelayUs;
  return {
    window_s: askedS,
    since: new Date(recorder.now().wallMs - coveredMs).toISOString(),
    covered_s: Math.round(coveredMs) / 1000,
    requests: requestSummaryOf(bucket.requests, coveredMs),
    tasks: taskSummaryOf(bucket.tasks),
    search: searchSummaryOf(bucket, looked.search),
    hosts: {
      left_alone: hosts.filter(({ leftAloneUntilMs }) => leftAloneUntilMs !== undefined).length,
      by_host: hostSummariesOf(bucket, hosts),
    },
    saturation: saturationOf(gauges, bucket, looked),
    cache: cacheSummary(gauges.cache(), recorder.startedMs),
    event_loop_delay_ms: { p50: ms(loop.quantile(0.5)), p99: ms(loop.quantile(0.99)), max: ms(loop.max) },
    sink: { written: sink.written, dropped: sink.dropped, last_error: sink.lastError ?? null },
  };
}

/** Requests in all and by route, the most asked first; `spanMs` is the time in which they came. */
export function requestSummaryOf(
  cells: Iterable<[SeriesLabels, RequestCell]>,
  spanMs: number,
): RequestSummary {
  const all = new RequestCell();
  const by_route: RouteSummary[] = [];
  for (const [{ route, method }, cell] of cells) {
    all.merge(cell);
    by_route.push({
      route,
      method,
      count: cell.durationUs.count,
      errors: errorsOf(cell),
      statuses: statusesOf(cell),
      latency_ms: spread(cell.durationUs),
    });
  }
  by_route.sort((a, b) => b.count - a.count || (a.route < b.route ? -1 : a.route > b.route ? 1 : 0));
  return {
    total: all.durationUs.count,
    per_s: spanMs > 0 ? rounded(all.durationUs.count / (spanMs / 1000)) : null,
    by_status: classesOf(all),
    statuses: statusesOf(all),
    latency_ms: spread(all.durationUs),
    by_route,
  };
}

/** Attempts that ended, in all and by type. */
export function taskSummaryOf(cells: Iterable<[string, TaskCell]>): TaskSummary {
  const all = new TaskCell();
  const by_type: TaskTypeSummary[] = [];
  for (const [type, cell] of cells) {
    all.merge(cell);
    by_type.push({ type, ...cell.ends, run_ms: spread(cell.runUs), wait_ms: spread(cell.waitUs) });
  }
  by_type.sort((a, b) => totalOf(b) - totalOf(a) || (a.type < b.type ? -1 : 1));
  return { ...all.ends, run_ms: spread(all.runUs), wait_ms: spread(all.waitUs), by_type };
}

function cacheSummary(cache: ReturnType<MetricsGauges["cache"]>, startedMs: number): CacheSummary {
  const found = cache.hits + cache.staleHits;
  const lookups = found + cache.misses;
  return {
    since: new Date(startedMs).toISOString(),
    hits: cache.hits,
    memory_hits: cache.memoryHits,
    stale_hits: cache.staleHits,
    misses: cache.misses,
    hit_rate: lookups === 0 ? null : Math.round(found / lookups * 10_000) / 10_000,
    entries: cache.entries,
    size_bytes: cache.sizeBytes,
    evictions: cache.evictions,
  };
}

function statusesOf(cell: RequestCell): Record<string, number> {
  return Object.fromEntries([...cell.statuses].sort(([a], [b]) => a - b));
}

function classesOf(cell: RequestCell): Record<string, number> {
  const classes: Record<string, number> = {};
  for (const [status, count] of [...cell.statuses].sort(([a], [b]) => a - b)) {
    const name = `${Math.floor(status / 100)}xx`;
    classes[name] = (classes[name] ?? 0) + count;
  }
  return classes;
}

function errorsOf(cell: RequestCell): number {
  let errors = 0;
  for (const [status, count] of cell.statuses) if (status >= 500) errors += count;
  return errors;
}

function totalOf(ends: TaskEndCounts): number {
  return TASK_ENDS.reduce((sum, end) => sum + ends[end], 0);
}
