import type { TaskFailure } from "../platform/errors.ts";
import type { StoredBatch, StoreSnapshot } from "./port.ts";
import type { Backoff, Progress, StoredTask, TaskStatus } from "./task.ts";

/**
 * The queue as HTTP, the demo and a program use it. Implemented by `QueueService` (`service.ts`), which validates input
 * against the task registry, fills defaults, owns retry policy and waiters, and drives the dispatcher.
 * Methods throw `ServiceError` with a stable code.
 */
export interface Queue {
  enqueue(request: TaskRequest, options?: AcceptOptions): Promise<AcceptedTask>;
  enqueueBatch(
    request: BatchRequest,
    options?: AcceptOptions,
  ): Promise<{ batchId: string; taskIds: string[]; replayed: boolean }>;
  /** With its result; its input, which may be large, where asked for. */
  get(taskId: string, options?: { withInput?: boolean }): Promise<StoredTask>;
  /** Resolves at once for an ended task, else when it ends or `waitMs` has passed, with the task as it then is. */
  waitForEnd(taskId: string, options: { waitMs: number; signal?: AbortSignal }): Promise<StoredTask>;
  list(query: TaskQuery): Promise<{ tasks: StoredTask[]; nextCursor?: string }>;
  cancel(taskId: string): Promise<StoredTask>;
  retry(taskId: string): Promise<StoredTask>;
  getBatch(batchId: string): Promise<StoredBatch>;
  batchResults(
    batchId: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ tasks: StoredTask[]; nextCursor?: string }>;
  cancelBatch(batchId: string): Promise<{ cancelled: number; cancelling: number }>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  status(): Promise<QueueStatus>;
  /** Told of every change of a task, after it is durable. Returns how to stop being told. */
  subscribe(listener: (event: TaskEvent) => void): () => void;
}

/** A replay has the id and the status of the first answer, whatever has become of the task since. */
export interface AcceptedTask {
  taskId: string;
  /** `delayed` where it might not run yet. */
  status: "queued" | "delayed";
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
}

export interface BatchRequest {
  type: string;
  inputs: unknown[];
  maxConcurrent: number;
  priority?: number;
  brand?: string;
  tags?: string[];
  /** Fields of the answer that are the caller's to replay under an idempotency key, besides ids. */
  maxAttempts?: number;
  timeoutMs?: number;
}

export interface AcceptOptions {
  requestId?: string;
  /** `Idempotency-Key` and a hash of what it was sent with. */
  idempotency?: { key: string; fingerprint: string };
}

export interface TaskQuery {
  status?: TaskStatus;
  type?: string;
  brand?: string;
  tag?: string;
  batchId?: string;
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
