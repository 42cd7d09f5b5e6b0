import type { AbortReason, Attempt, WorkerLook } from "./port.ts";

/** An attempt in a worker's hand; times in `performance.now()` milliseconds. */
export interface InHand {
  attempt: Attempt;
  load: "io" | "cpu";
  startedMs: number;
  /** When it is looked at next: its time limit, then the end of its grace. */
  dueMs: number;
  abortReason?: AbortReason | "timeout";
  /** Graces it has been given. */
  graces: number;
}

/** Run time so far, as seen from here, in whole milliseconds. */
export function runMsOf(held: InHand): number {
  return Math.max(0, Math.round(performance.now() - held.startedMs));
}

/** Attempts of one worker that are told of: what does not fit on a screen is a number. */
const TOLD = 16;

/** What a worker does, for people. */
export function lookOf(worker: Pick<WorkerLook, "id" | "state">, inHand: Iterable<InHand>): WorkerLook {
  const held = [...inHand];
  return {
    id: worker.id,
    state: worker.state,
    inHand: held.length,
    tasks: held.slice(0, TOLD).map((each) => ({
      taskId: each.attempt.taskId,
      type: each.attempt.type,
      attempt: each.attempt.attempt,
      brand: each.attempt.brand,
      runMs: runMsOf(each),
    })),
  };
}
