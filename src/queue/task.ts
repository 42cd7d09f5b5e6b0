import type { TaskFailure } from "../platform/errors.ts";

/** What a task is, in words every adapter shares. Times are unix milliseconds here; the HTTP edge writes RFC 3339. */

export const TASK_STATUSES = ["queued", "delayed", "running", "completed", "failed", "cancelled"] as const;
export type TaskStatus = typeof TASK_STATUSES[number];

/** States a task does not leave by itself. */
export const ENDED: ReadonlySet<TaskStatus> = new Set<TaskStatus>(["completed", "failed", "cancelled"]);

/** How long a failed attempt waits for the next one, in milliseconds. */
export interface Backoff {
  kind: "fixed" | "exponential" | "list";
  /** First (exponential) or every (fixed) wait. @default 1000 */
  delayMs: number;
  /** Longest wait. @default 300000 */
  maxMs: number;
  /** Share of the wait that is random, 0..1. @default 0.2 */
  jitter: number;
  /** Waits of attempt 1, 2, ...; the last one repeats. Only for `list`. */
  delaysMs?: number[];
}

/** What a task gets that names no backoff. */
export const DEFAULT_BACKOFF: Readonly<Backoff> = Object.freeze({
  kind: "exponential",
  delayMs: 1000,
  maxMs: 300_000,
  jitter: 0.2,
});

export interface Progress {
  done: number;
  total: number;
  message?: string;
}

/** A task as the caller hands it in: ids and defaults already settled by the service. */
export interface NewTask {
  id: string;
  type: string;
  /** JSON text of the validated input. Text, so that it crosses isolates and disks without being parsed again. */
  inputJson: string;
  /** 0..10, higher runs sooner. */
  priority: number;
  maxAttempts: number;
  backoff: Backoff;
  timeoutMs: number;
  createdMs: number;
  /** Not before this time; absent or past: at once. */
  runAtMs?: number;
  brand?: string;
  tags?: string[];
  batchId?: string;
  requestId?: string;
}

/** A task as stored. `resultJson` and `inputJson` are present where the reader asked for them. */
export interface StoredTask extends NewTask {
  /** Position in the order of acceptance, ascending from 1. */
  seq: number;
  status: TaskStatus;
  /** Attempts begun, less those that were interrupted. */
  attempts: number;
  /** Times a worker died with this task in hand. At two the task fails with `worker_crashed`. */
  crashes: number;
  /** Start and end of the last attempt. */
  startedMs?: number;
  finishedMs?: number;
  /** From the moment it could first have run to the start of the last attempt; run time of the last attempt. */
  waitMs?: number;
  runMs?: number;
  progress?: Progress;
  resultJson?: string;
  error?: TaskFailure;
  cancelRequested?: boolean;
}

/** A claimed attempt: the lease. `token` fences it: a late finisher of a lost lease changes nothing. */
export interface Lease {
  taskId: string;
  /** Unique for each claim in the life of the file. */
  token: number;
}

export interface ClaimedTask extends Lease {
  seq: number;
  type: string;
  inputJson: string;
  /** This attempt's number, from 1. */
  attempt: number;
  maxAttempts: number;
  backoff: Backoff;
  timeoutMs: number;
  crashes: number;
  brand?: string;
  batchId?: string;
  requestId?: string;
  createdMs: number;
  startedMs: number;
  waitMs: number;
}
