import type { TaskFailure } from "../platform/errors.ts";
import type {
  BulkOutcome,
  BulkRequest,
  FireRequest,
  Limit,
  LimitState,
  ListQuery,
  PurgeRequest,
  StoredSchedule,
  TaskChange,
} from "./store_requests.ts";
import type { ClaimedTask, Lease, NewTask, Progress, StoredTask, TaskStatus } from "./task.ts";

/**
 * Where tasks live. Every method resolves only once its effect is durable (an adapter that cannot promise that says so
 * in `capabilities`), every method is atomic, and one whose promise rejects has changed nothing.
 *
 * The books: at every instant `accepted` equals the sum over all statuses, also after a crash at any instruction.
 *
 * Time: waits (`delayMs`, backoff, aging, rates) are measured on a clock that never goes back and knows nothing of the
 * wall clock being set; only `runAtMs` follows the wall clock.
 *
 * Order: the level (priority) with the oldest waiting task goes first, where a step of priority is worth `agingMs` of
 * age (0: the highest level); within the level the fairness keys take turns; within the key, first in, first out. Only
 * tasks that may run count: their type, their keys and their batch are neither paused nor at a limit.
 */
export interface TaskStore {
  readonly capabilities: TaskStoreCapabilities;

  /** Accepts all of `request.tasks` and the batch with them, or nothing. */
  enqueue(request: EnqueueRequest): Promise<EnqueueOutcome>;

  /**
   * Takes up to `max` tasks that may run now in the order above and leases them: their status is `running`. Delayed
   * tasks whose time has come take part. Nothing is claimed while the queue is paused. Resolves empty where there is
   * none; with `wait`, only once there is one. A store keeps one waiting claim: a new claim of either kind ends it (it
   * resolves empty), and so does `close`; one with `max` 0 does nothing else.
   */
  claim(request: ClaimRequest): Promise<ClaimedTask[]>;

  /** Ends leases with success. Resolves to whether each lease was still held; a lost one changes nothing. */
  complete(ends: CompletedEnd[]): Promise<boolean[]>;
  /** Ends leases with failure; `next` says whether another attempt follows. */
  fail(ends: FailedEnd[]): Promise<boolean[]>;
  /** Gives leases back: queued again at their old place, or `delayed` for `waitMs`; the attempt is not counted. */
  release(ends: ReleasedEnd[]): Promise<boolean[]>;
  /** Last known progress of running tasks. A lost lease changes nothing. */
  progress(updates: { lease: Lease; progress: Progress }[]): Promise<void>;

  /**
   * Cancels a task. Waiting ones are `cancelled` at once; a running one is marked and its lease is returned so that the
   * dispatcher can stop it (`endCancelled` follows). An ended one is left as it is.
   */
  cancel(taskId: string): Promise<CancelOutcome>;
  /** Ends leases of tasks that were cancelled while they ran. */
  endCancelled(ends: { lease: Lease; runMs: number }[]): Promise<boolean[]>;
  /**
   * A failed or cancelled task again: attempts and crashes back to 0, result and error gone. It waits anew for
   * dependencies that have not ended; those that ended badly no longer hold it.
   */
  retry(taskId: string): Promise<"retried" | "not_found" | "not_ended">;
  /** Another priority for a task that has not ended; a running one's next attempt has it. */
  reprioritize(taskId: string, priority: number): Promise<"changed" | "not_found" | "ended">;
  /** Forgets an ended task; `accepted` and its status' count go down with it. */
  remove(taskId: string): Promise<"removed" | "not_found" | "not_ended">;
  /**
   * One action on up to `limit` of the tasks a filter names, oldest first, those with a `seq` above `after`; call again
   * with `next` for the rest. `count` changes nothing.
   */
  bulk(request: BulkRequest): Promise<BulkOutcome>;
  /** Retention: forgets up to `limit` ended tasks of a status that are too old or too many. Resolves to how many. */
  purge(request: PurgeRequest): Promise<number>;

  get(
    taskId: string,
    options?: { withResult?: boolean; withInput?: boolean },
  ): Promise<StoredTask | undefined>;
  /** Newest first, without inputs and results; `before` is the `seq` of the last one of the page before. */
  list(query: ListQuery): Promise<StoredTask[]>;
  /** Tasks of a batch in the order they were given, with their results; `after` is a `seq`. */
  batchResults(batchId: string, options: { after?: number; limit: number }): Promise<StoredTask[]>;
  getBatch(batchId: string): Promise<StoredBatch | undefined>;
  /** Newest first; `before` is the last one of the page before. */
  listBatches(query: BatchQuery): Promise<StoredBatch[]>;
  /**
   * Cancels what has not ended. Returns the leases of running tasks and which tasks were cancelled at once, or
   * undefined for an unknown batch.
   */
  cancelBatch(batchId: string): Promise<BatchCancelOutcome | undefined>;

  /** The whole queue, or what carries a key (`type:scrape`, `brand:x`, ...). */
  setPaused(paused: boolean, key?: string): Promise<void>;
  /** Puts a limit in the place of the key's earlier one; holds at once, for waiting tasks too. */
  setLimit(limit: Limit): Promise<void>;
  /** Whether there was one. A pause of the key stays. */
  removeLimit(key: string): Promise<boolean>;
  /** Keys that have a limit or are paused, by key. */
  limits(): Promise<LimitState[]>;

  putSchedule(schedule: StoredSchedule): Promise<void>;
  removeSchedule(id: string): Promise<boolean>;
  /** By id. */
  schedules(): Promise<StoredSchedule[]>;
  /**
   * Fires a schedule: accepts `task` (if any) and puts `schedule` in the place of the stored one, both or nothing, and
   * only where the stored one still has `expectedNextMs`: so no slot fires twice.
   */
  fireSchedule(request: FireRequest): Promise<"fired" | "changed">;

  /** Counters and the like, from memory: cheap enough for every request. */
  snapshot(): StoreSnapshot;
  /** Why writes fail now; undefined once one has succeeded. */
  writeFault(): string | undefined;
  /** Creation time of the task that has waited longest among the queued. */
  oldestQueuedMs(): Promise<number | undefined>;
  /**
   * The one listener for what no caller's answer tells, after it is durable: tasks that expired, that ended with a
   * dependency or were replaced, that a dependency's or batch's end let go, and those the store accepts by itself.
   */
  listen(listener: (changes: TaskChange[]) => void): void;

  close(): Promise<void>;
}

export interface TaskStoreCapabilities {
  /** A resolved promise survives `kill -9` and power loss. */
  durable: boolean;
  /** Waiting tasks gain priority with time. */
  aging: boolean;
  /** Fairness keys take turns within a priority. */
  fairness: boolean;
  /** Limits of concurrency and rate by key. */
  limits: boolean;
  /** Several processes may share it. */
  shared: boolean;
}

export interface EnqueueRequest {
  tasks: NewTask[];
  batch?: NewBatch;
  idempotency?: IdempotencyEntry;
  /** Waiting tasks (queued + delayed) beyond which the request is refused. */
  maxLength?: number;
}

export interface NewBatch {
  id: string;
  createdMs: number;
  /** Tasks of this batch that may run at once. */
  maxConcurrent: number;
  brand?: string;
  /**
   * Accepted with the batch, `delayed` until all of its tasks have ended for the first time, then queued. It is no
   * member of the batch.
   */
  onComplete?: NewTask;
}

export interface IdempotencyEntry {
  key: string;
  /** Hash of method, path and body: the same key with another body is a conflict. */
  fingerprint: string;
  /** JSON text to replay for the same key and fingerprint. */
  answerJson: string;
  /** Unix ms after which the key may be used anew. */
  expiresMs: number;
}

export type EnqueueOutcome =
  | { kind: "accepted" }
  | { kind: "replayed"; answerJson: string }
  | { kind: "conflict"; reason: "task_id" | "idempotency_key" | "dedup_key"; value: string }
  /** By `dedup` in mode `throttle`: the task there is; nothing was accepted. */
  | { kind: "deduplicated"; taskId: string; status: TaskStatus }
  /** `dependsOn` names a task that is not there. */
  | { kind: "unknown_dependency"; taskId: string }
  | { kind: "full"; waiting: number };

export interface ClaimRequest {
  max: number;
  /** Types that must not be claimed now. Small. */
  exceptTypes?: string[];
  /** Of these types together at most `max` (CPU-bound ones, of which a worker takes one at a time). */
  atMost?: { types: string[]; max: number };
  /** Resolve only once at least one task was claimed. @default false */
  wait?: boolean;
}

export interface CompletedEnd {
  lease: Lease;
  resultJson: string;
  runMs: number;
  finishedMs: number;
}

export interface FailedEnd {
  lease: Lease;
  error: TaskFailure;
  runMs: number;
  finishedMs: number;
  /** How long until the next attempt may start, or that this was the last. */
  next: { waitMs: number } | "dead";
  /** The worker died with it: counts towards `worker_crashed`. */
  crashed?: boolean;
}

export interface ReleasedEnd {
  lease: Lease;
  /** The worker died with it in hand, so it may be the cause: one more crash is counted (no attempt is). */
  crashed?: boolean;
  /** Milliseconds before which it must not run again: it waits as `delayed`. */
  waitMs?: number;
}

export type CancelOutcome =
  | { kind: "cancelled" }
  | { kind: "running"; lease: Lease }
  | { kind: "ended"; status: TaskStatus }
  | { kind: "not_found" };

export interface BatchCancelOutcome {
  cancelled: number;
  running: Lease[];
  /** The tasks counted in `cancelled`, so that those who wait for them can be told. */
  ended: { taskId: string; type: string }[];
}

export type StatusCounts = Record<TaskStatus, number>;

export interface StoreSnapshot {
  accepted: number;
  counts: StatusCounts;
  byType: Record<string, StatusCounts>;
  paused: boolean;
  /** Keys that are paused, sorted. */
  pausedKeys: string[];
  /** Tasks that were forgotten (`remove`, `bulk`, `purge`) in the life of the store. They are not in `accepted`. */
  removed: number;
  /** Orphans of an earlier process that were put back into the queue when this store was opened. */
  recovered: number;
}

export interface BatchQuery {
  limit: number;
  before?: { createdMs: number; id: string };
}

export interface StoredBatch extends Omit<NewBatch, "onComplete"> {
  total: number;
  counts: StatusCounts;
  /** Set once every task has ended. */
  finishedMs?: number;
  onCompleteTaskId?: string;
}

export type * from "./store_requests.ts";
