import type { TaskRequest } from "./service_port.ts";

/** A schedule as callers see it: when it fires and what it then enqueues. Times are unix milliseconds. */
export interface Schedule extends ScheduleSpec {
  createdMs: number;
  updatedMs: number;
  /** Slot that fired last, and the task it made. */
  lastSlotMs?: number;
  lastTaskId?: string;
  /** Slots that were passed over (`ifMissed: "skip"`, or the task's own refusal). */
  skipped: number;
  fired: number;
  /** The next firing; absent while it is paused or where there is none. */
  nextMs?: number;
}

export interface ScheduleSpec {
  /** `[A-Za-z0-9._-]{1,64}`. */
  id: string;
  /** Either a cron expression (five or six fields) ... */
  cron?: string;
  /** ... in this IANA time zone, @default "UTC" */
  timeZone?: string;
  /** ... or an interval in seconds, at least 1. */
  everyS?: number;
  /** What to do at start about slots that passed while the service was down. @default "skip" */
  ifMissed: "skip" | "run_once";
  paused: boolean;
  task: Omit<TaskRequest, "taskId" | "runAtMs" | "dedup"> & Pick<TaskRequest, "dedup">;
}

/** The schedules as HTTP and a program use them. Methods throw `ServiceError` with a stable code. */
export interface Schedules {
  /** Makes or replaces one. `created` says which. @throws {ServiceError} invalid_request */
  put(spec: ScheduleSpec): Promise<{ schedule: Schedule; created: boolean }>;
  /** @throws {ServiceError} not_found */
  get(id: string): Promise<Schedule>;
  /** By id. */
  list(): Promise<Schedule[]>;
  /** @throws {ServiceError} not_found */
  remove(id: string): Promise<void>;
  /** @throws {ServiceError} not_found */
  setPaused(id: string, paused: boolean): Promise<Schedule>;
  /** Fires now, beside its slots. @throws {ServiceError} not_found */
  trigger(id: string): Promise<{ taskId: string }>;
  /** The next `count` slots, by its rule, from now on. */
  nextSlots(spec: Pick<ScheduleSpec, "cron" | "timeZone" | "everyS">, count: number): number[];
}
