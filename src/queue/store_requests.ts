import type { TaskFailure } from "../platform/errors.ts";
import type { Lease, NewTask, TaskStatus } from "./task.ts";

/* What a store is asked and answers about many tasks, limits and schedules: part of the port (`port.ts`). */

/** Every condition given must hold. */
export interface TaskFilter {
  status?: TaskStatus;
  type?: string;
  brand?: string;
  tag?: string;
  batchId?: string;
  /** Accepted at this time (unix ms) or later, or before it. */
  createdFromMs?: number;
  createdBeforeMs?: number;
}

export interface ListQuery extends TaskFilter {
  limit: number;
  before?: number;
}

export interface BulkRequest {
  action: "cancel" | "retry" | "remove" | "reprioritize" | "count";
  filter: TaskFilter;
  /** For `reprioritize`. */
  priority?: number;
  /** Most tasks looked at in this call. */
  limit: number;
  after?: number;
}

export interface BulkOutcome {
  /** Tasks the filter named in this call, and those of them the action changed (for `cancel`, marked ones too). */
  matched: number;
  changed: number;
  /** Running tasks that were marked for cancelling. */
  running: Lease[];
  /** Tasks cancelled at once or queued again, so that those who wait for them can be told. */
  changes: TaskChange[];
  /** The `after` of the next call; absent where this was the last. */
  next?: number;
}

export interface PurgeRequest {
  status: "completed" | "failed" | "cancelled";
  /** Unix ms: those that ended before it go. */
  endedBeforeMs?: number;
  /** Of those left, only this many (the latest accepted) stay. */
  keepNewest?: number;
  limit: number;
}

export interface Limit {
  key: string;
  /** Tasks of the key that may run at once. */
  concurrency?: number;
  /** At most `count` starts in any `perMs` milliseconds. */
  rate?: { count: number; perMs: number };
}

export interface LimitState extends Limit {
  paused: boolean;
  /** Tasks of the key that run now. */
  running: number;
}

/** A schedule as the store keeps it; what it means is the schedule service's. */
export interface StoredSchedule {
  id: string;
  /** JSON of what the schedule service needs. */
  specJson: string;
  /** Wall clock time of the next firing; absent where it will not fire again or is off. */
  nextMs?: number;
}

export interface FireRequest {
  schedule: StoredSchedule;
  expectedNextMs: number;
  task?: NewTask;
}

/** A task's new status, as those who follow it are told. */
export interface TaskChange {
  taskId: string;
  type: string;
  status: TaskStatus;
  attempts: number;
  batchId?: string;
  brand?: string;
  requestId?: string;
  error?: TaskFailure;
}
