import type { TaskFailure } from "../platform/errors.ts";
import type { Limit, LimitState, StoredBatch, StoreSnapshot } from "./port.ts";
import type {
  Backoff,
  Dedup,
  DependencyFailure,
  Progress,
  StoredTask,
  TaskStatus,
  WebhookTarget,
} from "./task.ts";

/**
 * The queue as HTTP, the demo and a program use it. Implemented by `QueueService` (`service.ts`), which validates input
 * against the task registry, fills defaults, owns retry policy and waiters, and drives the dispatcher.
 * Methods throw `ServiceError` with a stable code.
 */
export interface Queue {
  enqueue(request: TaskRequest, options?: AcceptOptions): Promise<AcceptedTask>;
  enqueueBatch(request: BatchRequest, options?: AcceptOptions): Promise<AcceptedBatch>;
  /** With its result; its input, which may be large, where asked for. */
  get(taskId: string, options?: { withInput?: boolean }): Promise<StoredTask>;
  /** Resolves at once for an ended task, else when it ends or `waitMs` has passed, with the task as it then is. */
  waitForEnd(taskId: string, options: { waitMs: number; signal?: AbortSignal }): Promise<StoredTask>;
  list(query: TaskQuery): Promise<{ tasks: StoredTask[]; nextCursor?: string }>;
  cancel(taskId: string): Promise<StoredTask>;
  retry(taskId: string): Promise<StoredTask>;
  /** Another priority for a task that has not ended. @throws {ServiceError} not_found, conflict */
  reprioritize(taskId: string, priority: number): Promise<StoredTask>;
  /** Forgets an ended task. @throws {ServiceError} not_found, conflict */
  remove(taskId: string): Promise<void>;
  /** One action on every task a filter names; with `dryRun` it only counts. In steps: others get their turns. */
  bulk(request: BulkTaskRequest): Promise<BulkTaskAnswer>;
  getBatch(batchId: string): Promise<StoredBatch>;
  /** Newest first. */
  listBatches(
    page: { cursor?: string; limit: number },
  ): Promise<{ batches: StoredBatch[]; nextCursor?: string }>;
  batchResults(
    batchId: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ tasks: StoredTask[]; nextCursor?: string }>;
  cancelBatch(batchId: string): Promise<{ cancelled: number; cancelling: number }>;
  /** The whole queue, or what carries a key (`type:scrape`, `brand:x`, `host:y`, any limit key). */
  pause(key?: string): Promise<void>;
  resume(key?: string): Promise<void>;
  limits(): Promise<LimitState[]>;
  /** @throws {ServiceError} not_found */
  getLimit(key: string): Promise<LimitState>;
  setLimit(limit: Limit): Promise<LimitState>;
  /** @throws {ServiceError} not_found */
  removeLimit(key: string): Promise<void>;
  status(): Promise<QueueStatus>;
  /** Told of every change of a task, after it is durable. Returns how to stop being told. */
  subscribe(listener: (event: TaskEvent) => void): () => void;
}

/** A replay has the id and the status of the first answer, whatever has become of the task since. */
export interface AcceptedTask {
  taskId: string;
  /** `delayed` where it might not run yet; any status where it was there before (`deduplicated`). */
  status: TaskStatus;
  replayed: boolean;
  /** By dedup in mode `throttle`: the task there was; nothing new was accepted. */
  deduplicated?: boolean;
}

export interface AcceptedBatch {
  batchId: string;
  taskIds: string[];
  onCompleteTaskId?: string;
  replayed: boolean;
}

export interface TaskRequest {
  type: string;
  input: unknown;
  priority?: number;
  delayS?: number;
  runAtMs?: number;
  maxAttempts?: number;
  backoff?: Partial<Backoff>;
  timeoutMs?: number;
  taskId?: string;
  tags?: string[];
  brand?: string;
  /** Must have begun within this many seconds, else it fails with `expired`. */
  expiresInS?: number;
  fairnessKey?: string;
  /** Besides those the service knows by itself: `type:`, `brand:` and, of a type that names them, `host:`. */
  limitKeys?: string[];
  dependsOn?: string[];
  onDependencyFailure?: DependencyFailure;
  dedup?: Dedup;
  webhook?: WebhookTarget;
}

export interface BatchRequest {
  type: string;
  inputs: unknown[];
  maxConcurrent: number;
  priority?: number;
  brand?: string;
  tags?: string[];
  maxAttempts?: number;
  timeoutMs?: number;
  backoff?: Partial<Backoff>;
  expiresInS?: number;
  fairnessKey?: string;
  limitKeys?: string[];
  /** Accepted with the batch, runs once all of its tasks have ended. */
  onComplete?: TaskRequest;
  /** Told once, when all of its tasks have ended. */
  webhook?: Pick<WebhookTarget, "url">;
}

export interface BulkTaskRequest {
  action: "cancel" | "retry" | "remove" | "reprioritize";
  filter: Omit<TaskQuery, "limit" | "cursor">;
  /** For `reprioritize`. */
  priority?: number;
  dryRun?: boolean;
}

export interface BulkTaskAnswer {
  matched: number;
  /** Tasks changed, or that would be: those whose status lets the action have them. */
  changed: number;
}

export interface AcceptOptions {
  requestId?: string;
  /** `Idempotency-Key` and a hash of what it was sent with. */
  idempotency?: { key: string; fingerprint: string };
  /** What it is part of in a trace, where there are traces; null: a trace begins with it. @default what is going on here */
  traceparent?: string | null;
}

export interface TaskQuery {
  status?: TaskStatus;
  type?: string;
  brand?: string;
  tag?: string;
  batchId?: string;
  createdFromMs?: number;
  createdBeforeMs?: number;
  limit: number;
  cursor?: string;
}

export interface QueueStatus extends StoreSnapshot {
  running: boolean;
  workers: number;
  busy: number;
  oldestQueuedS: number | null;
  /** Tasks ended per second over the last minute. */
  throughputPerS: number;
  /** Why nothing can be written down now; absent where it can. */
  writeFault?: string;
}

export interface TaskEvent {
  taskId: string;
  type: string;
  status: TaskStatus;
  batchId?: string;
  brand?: string;
  requestId?: string;
  attempt: number;
  atMs: number;
  waitMs?: number;
  runMs?: number;
  error?: TaskFailure;
  progress?: Progress;
}

/** Which events somebody wants; every condition given must hold. */
export interface EventFilter {
  taskId?: string;
  batchId?: string;
  type?: string;
  brand?: string;
  /** Only those that tell an end. @default false */
  endedOnly?: boolean;
}

/** An event with its place in the feed, counted from 1. */
export interface FeedEvent {
  position: number;
  event: TaskEvent;
}

/**
 * The latest events, kept for those who come back after a break, and told to those who follow. A position belongs to
 * this process; as an id (`<boot>-<position>`) it can be told from one of another. Implemented by `EventLog`.
 */
export interface TaskEventFeed {
  /** Position of the newest event; 0 before the first. */
  readonly last: number;
  /** The position before the oldest event that is kept. */
  readonly start: number;
  idOf(position: number): string;
  /** The position an id stands for; undefined where what followed it cannot be told any more. */
  positionOf(id: string): number | undefined;
  /**
   * Events after a position that fit, oldest first, about `maxBytes` of them as JSON (at least one), and the position up
   * to which there are no others. Undefined where some may have fallen out.
   */
  read(
    after: number,
    filter: EventFilter,
    maxBytes?: number,
  ): { events: FeedEvent[]; upTo: number } | undefined;
  /** Told of every event that fits, at once; `sizeBytes` is about its size as JSON. Returns how to stop being told. */
  follow(filter: EventFilter, listener: FeedListener): () => void;
}

export type FeedListener = (position: number, event: TaskEvent, sizeBytes: number) => void;
