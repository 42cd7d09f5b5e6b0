import type { Answers } from "../answers/port.ts";
import type { Brands } from "../brands/port.ts";
import type { JsonCache } from "../cache/port.ts";
import type { Config } from "../config/schema.ts";
import type { Crawls } from "../crawl/port.ts";
import type { LogControl } from "../logging/mod.ts";
import type { MetricsRecorder, MetricsSinkStats } from "../metrics/port.ts";
import type { Schedules } from "../queue/schedule.ts";
import type { Queue, TaskEventFeed } from "../queue/service_port.ts";
import type { Search, VectorDatabaseState } from "../search/port.ts";
import type { PoolStatus, WorkerLook } from "../workers/port.ts";

/** Everything the HTTP side serves. The composition root builds it; tests build it from fakes. */
export interface HttpDeps {
  config: Config;
  version: string;
  queue: Queue;
  /** What happened to tasks lately: an `EventLog` of the queue. */
  events: TaskEventFeed;
  schedules: Schedules;
  crawls: Crawls;
  brands: Brands;
  pool: {
    status(): PoolStatus;
    /** What each worker does now. */
    look?(): WorkerLook[];
    resize(count: number): Promise<void>;
  };
  cache: JsonCache;
  metrics: {
    recorder: MetricsRecorder;
    /** Asks what takes a wait, for the next `summary` and `prometheus`. Never rejects. */
    look(): Promise<void>;
    summary(windowS: number): unknown;
    prometheus(): string;
    sinkStats(): MetricsSinkStats;
  };
  search: Search;
  answers: Answers;
  vectorDatabase: { state(): VectorDatabaseState };
  health: {
    /** The service is stopping: no more work is taken. */
    stopping(): boolean;
    /** Everything the service needs has started. */
    ready(): boolean;
    /** Aborts when the stop begins. */
    readonly stopSignal: AbortSignal;
  };
  /** Unix ms of the start of the service. */
  startedMs: number;
  /**
   * Refuses a URL that cannot be fetched because of what it says (scheme, port, user info, literal address).
   * @throws {TaskError} blocked_address
   */
  checkUrl(url: string): void;
  log: HttpLog;
  logs: LogControl;
}

/** What the HTTP side tells the log. */
export interface HttpLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
