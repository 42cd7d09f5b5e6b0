import { failureOf } from "./failure_of.ts";
import { DeferredError, InterruptedError, messageOf, TaskError } from "../platform/errors.ts";
import type { AbortReason, Attempt, Outcome } from "./port.ts";

export interface LiveAttemptOptions {
  verdictMs: () => number;
  /** Called exactly once. `handlerRuns`: it has not come back yet. */
  onSettled: (outcome: Outcome, handlerRuns: boolean) => void;
  /** A handler that ran on after its attempt had ended has come back. */
  onLateEnd: () => void;
}

/** How long a cancelled handler may wind up before its attempt ends without it; below the second main waits. */
const WIND_UP_MS = 700;

/**
 * One attempt in a worker.
 *
 * running ─handler ends─► settled
 * running ─abort(timeout)─► settled at once (or after `verdictMs`, for one that may know better)
 * running ─abort(cancelled | shutdown)─► winding up ─handler ends, or WIND_UP_MS─► settled
 *
 * What the handler does after that is ignored.
 */
export class LiveAttempt {
  readonly taskId: string;
  readonly #attempt: Attempt;
  readonly #options: LiveAttemptOptions;
  readonly #startedMs = performance.now();
  #controller: AbortController | undefined;
  #abortReason: AbortReason | "timeout" | undefined;
  #windUp: ReturnType<typeof setTimeout> | undefined;
  #settled = false;

  constructor(attempt: Attempt, options: LiveAttemptOptions) {
    this.taskId = attempt.taskId;
    this.#attempt = attempt;
    this.#options = options;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // A handler may look for the first time after it was asked to stop.
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortError());
    }
    return this.#controller.signal;
  }

  abort(reason: AbortReason | "timeout"): void {
    if (this.#settled || this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    const waitMs = reason === "timeout" ? this.#options.verdictMs() : WIND_UP_MS;
    // The clock first: a listener of the signal is the task's own code and may throw or hold the thread.
    if (waitMs > 0) this.#windUp = setTimeout(() => this.#settle(this.#abortOutcome(), true), waitMs);
    else this.#settle(this.#abortOutcome(), true);
    this.#controller?.abort(this.#abortError());
  }

  succeed(resultJson: string): void {
    if (this.#settled) return this.#options.onLateEnd();
    // A cancelled task has no result, however quick it was; work that a shutdown found finished is kept.
    if (this.#abortReason === "cancelled") this.#settle(this.#abortOutcome(), false);
    else this.#settle({ kind: "completed", resultJson, runMs: this.#runMs() }, false);
  }

  fail(error: unknown): void {
    if (this.#settled) return this.#options.onLateEnd();
    this.#settle(this.#failureOutcome(error), false);
  }

  #failureOutcome(error: unknown): Outcome {
    const runMs = this.#runMs();
    if (this.#abortReason === "cancelled" || this.#abortReason === "shutdown") return this.#abortOutcome();
    if (this.#abortReason === "timeout" && !(error instanceof TaskError)) return this.#abortOutcome();
    if (error instanceof DeferredError) {
      return { kind: "deferred", retryAtMs: error.retryAtMs, reason: messageOf(error), runMs };
    }
    if (error instanceof InterruptedError) return { kind: "interrupted", reason: messageOf(error), runMs };
    return { kind: "failed", error: failureOf(error), runMs };
  }

  #abortOutcome(): Outcome {
    const runMs = this.#runMs();
    const reason = this.#abortReason!;
    if (reason === "timeout") return { kind: "failed", error: this.#timeout().toFailure(), runMs };
    return { kind: "aborted", reason, runMs };
  }

  /** What `ctx.signal.reason` says. */
  #abortError(): Error {
    if (this.#abortReason === "timeout") return this.#timeout();
    if (this.#abortReason === "cancelled") return new TaskError("cancelled", "The task was cancelled");
    return new InterruptedError("The service is stopping");
  }

  #timeout(): TaskError {
    return new TaskError("timeout", `The attempt took longer than ${this.#attempt.timeoutMs} ms`);
  }

  #settle(outcome: Outcome, handlerRuns: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#windUp);
    this.#options.onSettled(outcome, handlerRuns);
  }

  #runMs(): number {
    return Math.max(0, Math.round(performance.now() - this.#startedMs));
  }
}
