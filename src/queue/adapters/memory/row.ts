import type { StoredTask, TaskStatus } from "../../task.ts";

/** `waiting` is for what it depends on; outside that is `delayed`, and `ready` is `queued`. */
export type State = "ready" | "waiting" | Exclude<TaskStatus, "queued">;

/** A task and what only the queue knows of it. Times are queue time. */
export interface Row {
  task: StoredTask;
  state: State;
  /** When it became ready. */
  rankMs: number;
  /** Not before; may have passed. */
  dueMs?: number;
  /** `dueMs` stands for a time of the wall clock. */
  followsWall?: boolean;
  /** Fails if it has not begun by then. */
  deadlineMs?: number;
  /** Ids of what it depends on that have not ended. */
  pending: Set<string>;
  /** The batch whose end it waits or waited for. */
  onCompleteOf?: string;
  /** Of the lease, while it runs, and what the attempt before had in the place of its times. */
  token?: number;
  before?: Pick<StoredTask, "startedMs" | "waitMs">;
}

export function fairnessKeyOf({ task }: Row): string {
  return task.fairnessKey ?? task.brand ?? "";
}
