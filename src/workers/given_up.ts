import { TaskError } from "../platform/errors.ts";
import { type InHand, runMsOf } from "./in_hand.ts";
import type { Outcome } from "./port.ts";

/**
 * What becomes of an attempt whose worker's thread was held until the worker was given up. Alone in it, the attempt is
 * the culprit. Among several, each may be: they are crashes, run again alone, where the culprit is found out. What
 * had been asked to end has ended. `heldMs`: how long the thread has been silent.
 */
export function outcomeOfGivenUp(held: InHand, options: { alone: boolean; heldMs: number }): Outcome {
  const runMs = runMsOf(held);
  const { abortReason } = held;
  const { alone, heldMs } = options;
  if (abortReason === "cancelled" || abortReason === "shutdown") {
    return { kind: "aborted", reason: abortReason, runMs };
  }
  if (!alone) {
    return { kind: "crashed", message: "The thread of its worker was held, by it or by a neighbour", runMs };
  }
  const error = new TaskError(
    "timeout",
    `The task held the thread of its worker for ${seconds(heldMs)} s and did not let go`,
    { retryable: false },
  );
  return { kind: "failed", error: error.toFailure(), runMs };
}

/** What becomes of an attempt that did not answer its abort although its worker is no wreck. */
export function outcomeOfUnanswered(held: InHand, interruption?: string): Outcome {
  const runMs = runMsOf(held);
  const { abortReason, attempt } = held;
  if (abortReason === "cancelled" || abortReason === "shutdown") {
    return { kind: "aborted", reason: abortReason, runMs };
  }
  if (interruption !== undefined) return { kind: "interrupted", reason: interruption, runMs };
  const error = new TaskError("timeout", `The attempt took longer than ${attempt.timeoutMs} ms`);
  return { kind: "failed", error: error.toFailure(), runMs };
}

/** Whole seconds, tenths below ten. */
function seconds(ms: number): number {
  return ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000);
}
