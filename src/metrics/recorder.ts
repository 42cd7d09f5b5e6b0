import type { HostTurnRecorder, MetricsRecorder, MetricsSink, SearchMode, SearchRecorder } from "./port.ts";
import { FixedBuckets } from "./fixed_buckets.ts";
import { HostTurnSeries } from "./host_turns.ts";
import { RequestLineWriter, taskLine } from "./lines.ts";
import { type SearchSeries, searchSeries } from "./search_series.ts";
import { TimeWindow } from "./time_window.ts";
import {
  type RequestCell,
  type SeriesLabels,
  type TaskEnd,
  type TaskEndCounts,
  WindowBucket,
} from "./window_bucket.ts";

/** Time as the metrics see it: one clock for spans, one for what is written. Both in ms. */
export interface MetricsClock {
  /** Never steps back. */
  monotonicMs(): number;
  /** Unix ms. */
  wallMs(): number;
}

export interface RecorderOptions {
  sink: MetricsSink;
  /** @default performance.now and Date.now */
  clock?: MetricsClock;
  /** Distinct routes told apart; further ones are counted as `other`. @default 200 */
  maxRoutes?: number;
  /** Distinct task types told apart; further ones are counted as `other`. @default 100 */
  maxTypes?: number;
}

/** Requests of one method and route since the start. */
export interface RequestSeries extends SeriesLabels {
  readonly statuses: Map<number, number>;
  readonly durationMs: FixedBuckets;
  readonly lines: RequestLineWriter;
  /** The cell of the window's live bucket, so that the next request finds it without a look-up. */
  bucket: WindowBucket | undefined;
  cell: RequestCell | undefined;
}

/** Attempts of one task type since the start. */
export interface TaskSeries {
  readonly type: string;
  readonly ends: TaskEndCounts;
  readonly runMs: FixedBuckets;
  readonly waitMs: FixedBuckets;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const REQUEST_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];
const LOOP_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];
const TASK_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000];

/**
 * Counts what happens and pushes its line to the sink: no I/O, no promise, about a microsecond. Labels come from closed
 * sets (methods) or bounded ones (routes are patterns, types are registered names), so memory is bounded whatever comes.
 */
export class Recorder implements MetricsRecorder, SearchRecorder, HostTurnRecorder {
  readonly #sink: MetricsSink;
  readonly #clock: MetricsClock;
  readonly #maxRoutes: number;
  readonly #maxTypes: number;
  readonly #routes: Map<string, Map<string, RequestSeries>> = new Map();
  readonly #tasks: Map<string, TaskSeries> = new Map();
  readonly #searches: Map<SearchMode, SearchSeries> = searchSeries();
  readonly #window: TimeWindow<WindowBucket>;
  readonly #startedMonotonicMs: number;
  /** How late the event loop was, since the start. */
  readonly loopDelayMs: FixedBuckets = new FixedBuckets(LOOP_BOUNDS_MS);
  /** Turns at hosts since the start. */
  readonly hostTurns: HostTurnSeries = new HostTurnSeries();
  /** Unix ms at which counting began. */
  readonly startedMs: number;

  constructor(options: RecorderOptions) {
    const { sink, clock = SYSTEM_CLOCK, maxRoutes = 200, maxTypes = 100 } = options;
    this.#sink = sink;
    this.#clock = clock;
    this.#maxRoutes = maxRoutes;
    this.#maxTypes = maxTypes;
    this.startedMs = clock.wallMs();
    this.#startedMonotonicMs = clock.monotonicMs();
    this.#window = new TimeWindow(() => new WindowBucket(), this.#startedMonotonicMs);
  }

  request(sample: Parameters<MetricsRecorder["request"]>[0]): void {
    const { status, durationMs } = sample;
    const series = this.#series(sample.method, sample.route);
    const bucket = this.#window.live(sample.endedMs ?? this.#clock.monotonicMs());
    if (series.bucket !== bucket || series.cell === undefined) {
      series.bucket = bucket;
      series.cell = bucket.requestCell(series);
    }
    series.cell.statuses.set(status, (series.cell.statuses.get(status) ?? 0) + 1);
    series.cell.durationUs.record(durationMs * 1000);
    series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
    series.durationMs.record(durationMs);
    this.#sink.append(
      series.lines.line(this.#clock.wallMs(), sample.requestId, status, durationMs, sample.bytes),
    );
  }

  task(sample: Parameters<MetricsRecorder["task"]>[0]): void {
    const { waitMs, runMs } = sample;
    const end: TaskEnd = sample.status === "delayed" ? "retried" : sample.status;
    const series = this.#taskSeries(sample.type);
    const cell = this.#window.live(this.#clock.monotonicMs()).taskCell(series.type);
    cell.ends[end]++;
    series.ends[end]++;
    // Cancelled while it waited: there is no time to count, and a 0 would pull the quantiles down.
    if (runMs !== undefined) {
      cell.runUs.record(runMs * 1000);
      series.runMs.record(runMs);
    }
    if (waitMs !== undefined) {
      cell.waitUs.record(waitMs * 1000);
      series.waitMs.record(waitMs);
    }
    this.#sink.append(taskLine(this.#clock.wallMs(), sample));
  }

  search(sample: Parameters<SearchRecorder["search"]>[0]): void {
    const { mode, outcome, durationMs } = sample;
    const cell = this.#window.live(this.#clock.monotonicMs()).searchCell(mode);
    cell.outcomes[outcome]++;
    cell.durationUs.record(durationMs * 1000);
    const series = this.#searches.get(mode)!;
    series.outcomes[outcome]++;
    series.durationMs.record(durationMs);
  }

  hostTurn(sample: Parameters<HostTurnRecorder["hostTurn"]>[0]): void {
    const { host, outcome, waitMs, heldMs } = sample;
    const cell = this.#window.live(this.#clock.monotonicMs()).hostCell(host);
    cell.outcomes[outcome]++;
    cell.wait.record(waitMs);
    if (heldMs !== undefined) cell.held.record(heldMs);
    this.hostTurns.outcomes[outcome]++;
    this.hostTurns.waitMs.record(waitMs);
  }

  /** Counts one look at the workers: the share of them that had work, 0 to 1. */
  busyShare(share: number): void {
    this.#window.live(this.#clock.monotonicMs()).busyShare.record(share);
  }

  /** Counts one measurement of how late the event loop was. */
  loopDelay(delayMs: number): void {
    this.#window.live(this.#clock.monotonicMs()).loopDelayUs.record(delayMs * 1000);
    this.loopDelayMs.record(delayMs);
  }

  /** What was counted in the last `windowS` seconds, and the span that truly covers. */
  window(windowS: number): { bucket: WindowBucket; coveredMs: number } {
    return this.#window.collect(windowS * 1000, this.#clock.monotonicMs());
  }

  /** Unix ms now, and how long counting has gone on. */
  now(): { wallMs: number; uptimeMs: number } {
    return {
      wallMs: this.#clock.wallMs(),
      uptimeMs: this.#clock.monotonicMs() - this.#startedMonotonicMs,
    };
  }

  /** Every method and route seen since the start. */
  requestSeries(): RequestSeries[] {
    return [...this.#routes.values()].flatMap((methods) => [...methods.values()]);
  }

  /** Every task type seen since the start. */
  taskSeries(): TaskSeries[] {
    return [...this.#tasks.values()];
  }

  /** Searches of every mode since the start. */
  searchSeries(): SearchSeries[] {
    return [...this.#searches.values()];
  }

  #series(givenMethod: string, givenRoute: string): RequestSeries {
    const found = this.#routes.get(givenRoute)?.get(givenMethod);
    if (found !== undefined) return found;
    const method = METHODS.has(givenMethod) ? givenMethod : "other";
    let route = givenRoute === "" ? "unmatched" : givenRoute;
    if (!this.#routes.has(route) && this.#routes.size >= this.#maxRoutes) route = "other";
    let methods = this.#routes.get(route);
    if (methods === undefined) this.#routes.set(route, methods = new Map());
    let series = methods.get(method);
    if (series === undefined) {
      methods.set(
        method,
        series = {
          method,
          route,
          statuses: new Map(),
          durationMs: new FixedBuckets(REQUEST_BOUNDS_MS),
          lines: new RequestLineWriter(method, route),
          bucket: undefined,
          cell: undefined,
        },
      );
    }
    return series;
  }

  #taskSeries(givenType: string): TaskSeries {
    const full = !this.#tasks.has(givenType) && this.#tasks.size >= this.#maxTypes;
    const type = full ? "other" : givenType;
    let series = this.#tasks.get(type);
    if (series === undefined) {
      this.#tasks.set(
        type,
        series = {
          type,
          ends: { completed: 0, failed: 0, cancelled: 0, retried: 0 },
          runMs: new FixedBuckets(TASK_BOUNDS_MS),
          waitMs: new FixedBuckets(TASK_BOUNDS_MS),
        },
      );
    }
    return series;
  }
}

const SYSTEM_CLOCK: MetricsClock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
