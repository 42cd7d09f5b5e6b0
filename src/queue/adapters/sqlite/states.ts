import type { StatusCounts } from "../../port.ts";
import type { TaskStatus } from "../../task.ts";

/**
 * States. `blocked` (its dependencies or its batch have not ended) is `delayed` outside. `running` is memory's alone: in
 * the file such a task is `ready` and named in `in_hand`, so that a claim writes one small row however much it takes.
 *
 * ```
 * enqueue ─► blocked ─► ready ◄──► running ─► completed | failed | cancelled
 *    │          └─► delayed ▲ │        │            (retry: failed, cancelled ─► ready, blocked)
 *    └─────────────►  └─────┘ │        └► delayed (next attempt)
 *                             └► failed (expired), cancelled
 * ```
 */
export const State = {
  blocked: 0,
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
  "blocked",
  "ready",
  "delayed",
  "running",
  "completed",
  "failed",
  "cancelled",
] as const;

const STATUS_OF = ["delayed", "queued", "delayed", "running", "completed", "failed", "cancelled"] as const;

export function statusOf(state: number): TaskStatus {
  return STATUS_OF[state]!;
}

export function isEnded(state: number): boolean {
  return state >= State.completed;
}

/** Counters by state, seven of them. */
export function statusCounts(byState: readonly number[]): StatusCounts {
  return {
    queued: byState[State.ready]!,
    delayed: byState[State.blocked]! + byState[State.delayed]!,
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
