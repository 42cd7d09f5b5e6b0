import type { TaskFailure } from "../platform/errors.ts";
import type { Outcome } from "../workers/port.ts";
import type { CompletedEnd, FailedEnd, ReleasedEnd } from "./port.ts";
import { nextWaitMs } from "./retry_policy.ts";
import type { ClaimedTask, Lease, TaskStatus } from "./task.ts";

/** Crashes at which a task is taken for their cause and fails for good. */
export const MAX_CRASHES = 2;

/** A deferral is no shorter than this, so that a task cannot spin between queue and worker, ... */
const MIN_DEFERRAL_MS = 100;
/** ... and no longer than this: a host may have changed its mind. */
const MAX_DEFERRAL_MS = 3_600_000;

/** What the store is told about an attempt that ended. */
export type Transition =
  | { call: "complete"; end: CompletedEnd; status: TaskStatus; error?: undefined; runMs: number }
  | { call: "fail"; end: FailedEnd; status: TaskStatus; error: TaskFailure; runMs: number }
  | { call: "release"; end: ReleasedEnd; status: TaskStatus; error?: undefined; runMs: number }
  | {
    call: "endCancelled";
    end: { lease: Lease; runMs: number };
    status: TaskStatus;
    error?: undefined;
    runMs: number;
  };

/**
 * From the outcome of an attempt to the store's call. `nowMs` is the wall clock's: it stamps the end and turns a time
 * that was asked for into a wait; what waits is then measured by the store's own clock.
 *
 * | outcome | and | call | status then |
 * | --- | --- | --- | --- |
 * | completed | | complete | completed |
 * | any other | cancel was asked for | endCancelled | cancelled |
 * | aborted: cancelled | | endCancelled | cancelled |
 * | failed | retryable, attempts left | fail, wait as the backoff says | delayed |
 * | failed | otherwise | fail, dead | failed |
 * | crashed | crash 1 | release, crashed | queued; runs alone next time |
 * | crashed | crash 2 | fail, dead, `worker_crashed` | failed |
 * | deferred | | release, wait until its time within limits | delayed, attempt not counted |
 * | interrupted; aborted: shutdown | | release | queued, attempt not counted |
 */
export function transitionOf(
  task: ClaimedTask,
  outcome: Outcome,
  options: { nowMs: number; cancelling?: boolean; random?: () => number },
): Transition {
  const { nowMs, cancelling = false, random } = options;
  const lease: Lease = { taskId: task.taskId, token: task.token };
  const { runMs } = outcome;
  if (outcome.kind === "completed") {
    const end = { lease, resultJson: outcome.resultJson, runMs, finishedMs: nowMs };
    return { call: "complete", end, status: "completed", runMs };
  }
  if (cancelling || (outcome.kind === "aborted" && outcome.reason === "cancelled")) {
    return { call: "endCancelled", end: { lease, runMs }, status: "cancelled", runMs };
  }
  switch (outcome.kind) {
    case "failed": {
      const { error } = outcome;
      const waitMs = nextWaitMs({ ...task, failure: error, random });
      const next = waitMs === undefined ? "dead" as const : { waitMs };
      const status = next === "dead" ? "failed" : "delayed";
      return { call: "fail", end: { lease, error, runMs, finishedMs: nowMs, next }, status, error, runMs };
    }
    case "crashed": {
      if (task.crashes + 1 < MAX_CRASHES) {
        return { call: "release", end: { lease, crashed: true }, status: "queued", runMs };
      }
      const error: TaskFailure = { code: "worker_crashed", message: outcome.message, retryable: false };
      const end: FailedEnd = { lease, error, runMs, finishedMs: nowMs, next: "dead", crashed: true };
      return { call: "fail", end, status: "failed", error, runMs };
    }
    case "deferred": {
      const waitMs = Math.min(Math.max(outcome.retryAtMs - nowMs, MIN_DEFERRAL_MS), MAX_DEFERRAL_MS);
      return { call: "release", end: { lease, waitMs }, status: "delayed", runMs };
    }
    case "interrupted":
    case "aborted":
      return { call: "release", end: { lease }, status: "queued", runMs };
  }
}
