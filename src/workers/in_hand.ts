import type { AbortReason, Attempt } from "./port.ts";

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
