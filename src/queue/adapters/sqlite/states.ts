import type { StatusCounts } from "../../port.ts";
import type { TaskStatus } from "../../task.ts";

/**
 * States as the file has them. `held` (its batch is at `max_concurrent`) and `ready` are both `queued` outside.
 *
 * ```
 * enqueue ─► held ◄─► ready ─► running ─► completed | failed | cancelled
 *    │        ▲         ▲        │ │              (retry: failed, cancelled ─► held/ready)
 *    └► delayed ────────┘◄───────┘ └► delayed (next attempt)
 * ```
 */
export const State = {
  held: 0,
  ready: 1,
  delayed: 2,
  running: 3,
  completed: 4,
  failed: 5,
  cancelled: 6,
} as const;
export type State = typeof State[keyof typeof State];

/** Column names of the counters, in the order of `State`. */
export const STATE_NAMES = [
  "held",
  "ready",
  "delayed",
  "running",
  "completed",
  "failed",
  "cancelled",
] as const;

const STATUS_OF = ["queued", "queued", "delayed", "running", "completed", "failed", "cancelled"] as const;

export function statusOf(state: number): TaskStatus {
  return STATUS_OF[state]!;
}

/** The states behind an outside status. */
export function statesOf(status: TaskStatus): State[] {
  return STATUS_OF.flatMap((name, state) => name === status ? [state as State] : []);
}

/** Counters by state, seven of them. */
export function statusCounts(byState: readonly number[]): StatusCounts {
  return {
    queued: byState[State.held]! + byState[State.ready]!,
    delayed: byState[State.delayed]!,
    running: byState[State.running]!,
    completed: byState[State.completed]!,
    failed: byState[State.failed]!,
    cancelled: byState[State.cancelled]!,
  };
}

/**
 * Deaths of the process after which a task that was in hand each time is a suspect: it runs with nothing beside it, so
 * that the next death has one possible cause. Few enough that a task that kills the process is found, and enough that
 * ordinary restarts never make the queue run one task at a time.
 */
export const SUSPECT_AFTER = 5;
