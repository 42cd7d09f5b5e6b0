import type { TaskFailure } from "../platform/errors.ts";
import type { ClaimedTask, Lease, NewTask, Progress, StoredTask, TaskStatus } from "./task.ts";

/**
 * Where tasks live. Every method resolves only once its effect is durable (an adapter that cannot promise that says so
 * in `capabilities`), every method is atomic, and one whose promise rejects has changed nothing.
 *
 * The books: at every instant `accepted` equals the sum over all statuses, also after a crash at any instruction.
 */
export interface TaskStore {
  readonly capabilities: TaskStoreCapabilities;

  /** Accepts all of `request.tasks` and the batch with them, or nothing. */
  enqueue(request: EnqueueRequest): Promise<EnqueueOutcome>;

  /**
   * Takes up to `max` tasks that may run now, highest priority (with aging) first and first in first out within one,
   * and leases them: their status is `running`, their attempt is counted. Delayed tasks whose time has come take part.
   * Nothing is claimed while the queue is paused.
   */
  claim(request: ClaimRequest): Promise<ClaimedTask[]>;

  /** Ends leases with success. Resolves to whether each lease was still held; a lost one changes nothing. */
  complete(ends: CompletedEnd[]): Promise<boolean[]>;
  /** Ends leases with failure; `next` says whether another attempt follows. */
  fail(ends: FailedEnd[]): Promise<boolean[]>;
  /** Gives leases back: queued again at their old place, or `delayed` until `retryAtMs`; the attempt is not counted. */
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
  /** A failed or cancelled task again: queued, attempts and crashes back to 0, result and error gone. */
  retry(taskId: string): Promise<"retried" | "not_found" | "not_ended">;

  get(
    taskId: string,
    options?: { withResult?: boolean; withInput?: boolean },
  ): Promise<StoredTask | undefined>;
  /** Newest first, without inputs and results; `before` is the `seq` of the last one of the page before. */
  list(query: ListQuery): Promise<StoredTask[]>;
  /** Tasks of a batch in the order they were given, with their results; `after` is a `seq`. */
  batchResults(batchId: string, options: { after?: number; limit: number }): Promise<StoredTask[]>;
  getBatch(batchId: string): Promise<StoredBatch | undefined>;
  /**
   * Cancels what has not ended. Returns the leases of running tasks and which tasks were cancelled at once, or
   * undefined for an unknown batch.
   */
  cancelBatch(batchId: string): Promise<BatchCancelOutcome | undefined>;

  setPaused(paused: boolean): Promise<void>;
  /** Counters and the like, from memory: cheap enough for every request. */
  snapshot(): StoreSnapshot;
  /** Why writes fail now; undefined once one has succeeded. */
  writeFault(): string | undefined;
  /** Unix ms of the earliest delayed task, undefined when there is none. From memory. */
  nextDueMs(): number | undefined;
  /** Creation time of the task that has waited longest among the queued. */
  oldestQueuedMs(): Promise<number | undefined>;

  close(): Promise<void>;
}

export interface TaskStoreCapabilities {
  /** A resolved promise survives `kill -9` and power loss. */
  durable: boolean;
  /** Waiting tasks gain priority with time. */
  aging: boolean;
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
  | { kind: "conflict"; reason: "task_id" | "idempotency_key"; value: string }
  | { kind: "full"; waiting: number };

export interface ClaimRequest {
  max: number;
  nowMs: number;
  /** Types that must not be claimed now (their lane is busy). Small. */
  exceptTypes?: string[];
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
  /** When the next attempt may start, or that this was the last. */
  next: { retryAtMs: number } | "dead";
  /** The worker died with it: counts towards `worker_crashed`. */
  crashed?: boolean;
}

export interface ReleasedEnd {
  lease: Lease;
  /** The worker died with it in hand, so it may be the cause: one more crash is counted (no attempt is). */
  crashed?: boolean;
  /** Unix ms before which it must not run: it waits as `delayed`, and its batch has its place back. */
  retryAtMs?: number;
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

export interface ListQuery {
  status?: TaskStatus;
  type?: string;
  brand?: string;
  tag?: string;
  batchId?: string;
  limit: number;
  before?: number;
}

export type StatusCounts = Record<TaskStatus, number>;

export interface StoreSnapshot {
  accepted: number;
  counts: StatusCounts;
  byType: Record<string, StatusCounts>;
  paused: boolean;
  /** Orphans of an earlier process that were put back into the queue when this store was opened. */
  recovered: number;
}

export interface StoredBatch extends NewBatch {
  total: number;
  counts: StatusCounts;
  /** Set once every task has ended. */
  finishedMs?: number;
}
