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
  /** By the wall clock. */
  createdMs: number;
  /** Not before this time of the wall clock (it follows the clock when that is set anew); absent or past: at once. */
  runAtMs?: number;
  /** Not before this many milliseconds have passed, whatever the wall clock does meanwhile. Never beside `runAtMs`. */
  delayMs?: number;
  /** Must have begun within this many milliseconds of its acceptance, else it fails with `expired`. */
  expiresInMs?: number;
  brand?: string;
  tags?: string[];
  batchId?: string;
  requestId?: string;
  /** Tasks of one priority take turns by this key, so that nobody's thousand delay another's one. @default the brand */
  fairnessKey?: string;
  /** Limits and pauses of these keys hold for it (`brand:x`, `host:y`, any string); `type:<type>` always does. */
  limitKeys?: string[];
  /** Tasks that must have ended before it may run. */
  dependsOn?: string[];
  /** What becomes of it when one of those failed or was cancelled. @default "fail" */
  onDependencyFailure?: DependencyFailure;
  dedup?: Dedup;
  /** Told when it has ended: a task of type `webhook`, accepted by the commit that ends this one. */
  webhook?: WebhookTarget;
  /**
   * Type of the task that follows it: accepted, with `{"task_id"}` of this one as its input, by the commit that completes it
   * or fails it for good.
   */
  followUp?: string;
  /** The schedule that made it. */
  scheduleId?: string;
  /** W3C `traceparent` of what asked for it, where there are traces; what follows from its end has it too. */
  traceparent?: string;
}

/** `fail` with `dependency_failed`, `cancel`, or `run` all the same. */
export type DependencyFailure = "fail" | "cancel" | "run";

/**
 * At most one task of a key. `reject`: refused while another waits or runs. `replace`: one that waits is cancelled for the
 * new one. `debounce`: as `replace`, and the new one waits `windowMs` first. `throttle`: within `windowMs` of the last
 * accepted one, that one is the answer and nothing is accepted.
 */
export interface Dedup {
  key: string;
  mode: "reject" | "replace" | "debounce" | "throttle";
  /** For `debounce` and `throttle`. */
  windowMs?: number;
}

export interface WebhookTarget {
  url: string;
  /** @default all three */
  events?: ("completed" | "failed" | "cancelled")[];
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
  /** Tasks of `dependsOn` that have not ended yet; absent where it waits for none. Its status is `delayed` meanwhile. */
  pendingDependencies?: number;
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
  /** Its batch, or the one whose end it was waiting for (`on_complete`). */
  batchId?: string;
  requestId?: string;
  traceparent?: string;
  createdMs: number;
  /** By the wall clock. */
  startedMs: number;
  waitMs: number;
}
