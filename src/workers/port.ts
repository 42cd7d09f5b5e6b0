import type { IndexWork } from "../search/port.ts";
import type { BrandScrapeOptions } from "../brands/port.ts";
import type { TaskFailure } from "../platform/errors.ts";
import type { Progress } from "../queue/task.ts";
import type { RenderedPage, RenderRequest as BrowserRequest } from "../sandbox/browser/port.ts";

/** The pool as the dispatcher sees it: slots that take attempts and give outcomes. */
export interface WorkerPool {
  start(): Promise<void>;
  /** Attempts the pool can begin now: I/O-bound ones, and of those CPU-bound ones. */
  capacity(): { io: number; cpu: number };
  /**
   * Hands attempts to workers, in this order, spread over the least loaded. Each ends in exactly one `onSettled`.
   * An `exclusive` attempt gets a worker of its own (it was in hand when a worker died, so it may be the cause).
   */
  run(attempts: Attempt[]): void;
  /** Asks a running attempt to end; it is killed a second later if it has not. Its outcome is `aborted`. */
  abort(taskId: string, reason: AbortReason): void;
  /** Grows at once; shrinking lets surplus workers finish what they hold. Resolves when the count holds. */
  resize(count: number): Promise<void>;
  status(): PoolStatus;
  /**
   * Takes no more attempts, waits `graceMs` for those in hand, then aborts them (`aborted`, reason `shutdown`), then
   * ends all workers and their child processes. `signal` skips the grace.
   */
  stop(options: { graceMs: number; signal?: AbortSignal }): Promise<void>;
}

/** One attempt of one task, as it crosses into a worker. Input is JSON text: one string copies faster than a tree. */
export interface Attempt {
  taskId: string;
  token: number;
  type: string;
  inputJson: string;
  attempt: number;
  timeoutMs: number;
  exclusive: boolean;
  brand?: string;
  /** Its batch, or the one whose end it was waiting for (`on_complete`). */
  batchId?: string;
  requestId?: string;
  /** W3C `traceparent` of what asked for the task. */
  traceparent?: string;
}

export type AbortReason = "cancelled" | "shutdown";

export type Outcome =
  | { kind: "completed"; resultJson: string; runMs: number }
  | { kind: "failed"; error: TaskFailure; runMs: number }
  /** Asked to stop and stopped. */
  | { kind: "aborted"; reason: AbortReason; runMs: number }
  /** Cut off through no fault of its own (a neighbour took the worker or the sandbox down): no attempt is counted. */
  | { kind: "interrupted"; reason: string; runMs: number }
  /** What it needs is not to be had before `retryAtMs` (unix): it waits until then, and no attempt is counted. */
  | { kind: "deferred"; retryAtMs: number; reason: string; runMs: number }
  /** The worker died with it in hand. It may be the cause, so one crash is counted. */
  | { kind: "crashed"; message: string; runMs: number };

/** What the pool tells its owner. */
export interface PoolEvents {
  onSettled(attempt: Attempt, outcome: Outcome): void;
  onProgress(attempt: Attempt, progress: Progress): void;
  /** Room has come free. */
  onCapacity(): void;
}

export interface PoolStatus {
  /** Workers wanted, and alive. */
  workers: number;
  alive: number;
  /** Workers with at least one attempt in hand. */
  busy: number;
  inHand: number;
  /** Workers and sandbox processes replaced since the start because they died or hung. */
  replaced: number;
  /** Threads that could not be stopped (a `thread` task that spins) and still hold a core. */
  abandoned: number;
  sandboxes: { alive: number; killed: number };
}

/** What one worker does. */
export interface WorkerLook {
  id: number;
  state: "starting" | "ready" | "ended" | "dead";
  inHand: number;
  /** The longest running first; of many only some. */
  tasks: { taskId: string; type: string; attempt: number; brand?: string; runMs: number }[];
}

/**
 * What a worker may ask of the main isolate. Each is one message there and one back; values are JSON-able.
 * The main isolate implements it, `worker_handle.ts` carries it, `bootstrap.ts` offers it to tasks.
 */
export interface WorkerServices extends IndexWork {
  cacheGet(key: string, allowStale: boolean): Promise<CacheAnswer | undefined>;
  cacheSet(
    key: string,
    valueJson: string,
    options: { maxAgeS: number; staleS?: number; tags?: string[] },
  ): Promise<void>;
  cacheDelete(key: string): Promise<boolean>;
  /**
   * Waits for a place at a host (or any key) and returns its ticket: never more than `concurrency` tickets at once and
   * `delayMs` between two; `crawlDelayMs` is what the site itself asks for. `hostRelease` gives it back with how the host
   * took it; tickets of a worker that died are given back for it.
   * @throws {DeferredError} the turn is further away than `maxWaitMs`; without it, it waits as long as it takes
   */
  hostAcquire(
    key: string,
    limits: { concurrency: number; delayMs: number; crawlDelayMs?: number },
    options?: { maxWaitMs?: number },
  ): Promise<number>;
  hostRelease(ticket: number, feedback?: HostFeedback): Promise<void>;
  /** What a brand's profile asks of scraping this URL; undefined without a profile, or where the host is not its. */
  brandScrape(brand: string, url: string): Promise<BrandScrapeOptions | undefined>;
  /**
   * A page as a browser has it, its scripts run. The caller has robots.txt and the host's turn behind it.
   * @throws {TaskError} browser_unavailable: there is none; blocked_address, timeout, too_large, out_of_memory, connect
   */
  render(request: RenderRequest): Promise<RenderedPage>;
  /** Starts a crawl, asked for as `POST /api/crawl` is; one of this id that is there already is left as it is. */
  startCrawl(crawlId: string, input: Record<string, unknown>): Promise<void>;
  log(record: WorkerLogRecord): void;
}

/** As the browser takes it, with the time it has. */
export interface RenderRequest extends BrowserRequest {
  timeoutMs: number;
}

/** How a host took a request: it answered, it said that it is asked too much (429, 503), or it took too long. */
export interface HostFeedback {
  /** It asked to be left alone that long. */
  backoffMs?: number;
  outcome?: "answered" | "refused" | "slow";
}

export interface CacheAnswer {
  valueJson: string;
  storedMs: number;
  freshUntilMs: number;
  stale: boolean;
}

export interface WorkerLogRecord {
  level: "debug" | "info" | "warning" | "error";
  message: string;
  fields?: Record<string, unknown>;
  taskId?: string;
  requestId?: string;
}
