import { DeferredError, InterruptedError, TaskError } from "../platform/errors.ts";
import type { ChildFailure } from "./protocol.ts";

/** Why a child ended, as far as its culprit is concerned. */
export type Verdict =
  /** It held the thread too long, or did not answer. */
  | "timeout"
  | "out_of_memory"
  /** It died of itself, or spoke nonsense. */
  | "crashed"
  /** Nobody's fault: shutdown, recycling, a cancelled task. */
  | "ended";

const OUT_OF_MEMORY =
  /heap out of memory|out of memory|memory allocation of|allocation failed|Cannot allocate/i;
/** V8 traps or aborts when the heap is full (rc 133, 134); a SIGKILL that is not ours is the kernel's. */
const MEMORY_SIGNALS: ReadonlySet<string> = new Set(["SIGTRAP", "SIGABRT", "SIGILL", "SIGKILL"]);

/** What a child died of that nobody here had killed. */
export function verdictOf(status: Deno.CommandStatus, stderr: string): Verdict {
  if (status.signal === "SIGXCPU") return "timeout";
  if (MEMORY_SIGNALS.has(status.signal ?? "") || status.code === 133 || status.code === 134) {
    return "out_of_memory";
  }
  return OUT_OF_MEMORY.test(stderr) ? "out_of_memory" : "crashed";
}

/** The error of the call that brought its child down. */
export function culpritError(verdict: Exclude<Verdict, "ended">, detail: string): TaskError {
  switch (verdict) {
    case "timeout":
      return new TaskError("timeout", "It held its process too long and was stopped", { retryable: false });
    case "out_of_memory":
      return new TaskError("out_of_memory", "It used more memory than a sandbox process may", {
        retryable: false,
      });
    case "crashed":
      return new TaskError("worker_crashed", `Its sandbox process ended unexpectedly${detail}`);
  }
}

/** The error a child reported for a call. */
export function reportedError(failure: ChildFailure): Error {
  const { code, message, retryable, retryAfterS, interrupted, retryAtMs } = failure;
  if (retryAtMs !== undefined) return new DeferredError(retryAtMs, message);
  if (interrupted || code === undefined) return new InterruptedError(message);
  return new TaskError(code, message, { retryable, retryAfterS });
}

/** What those are told who wait for a child that ended before it was ready. */
export function startError(verdict: Verdict, detail: string): Error {
  return verdict === "ended"
    ? new InterruptedError("The sandbox has been closed")
    : new TaskError("worker_crashed", `Cannot start a sandbox process${detail}`);
}

/**
 * The error of a call that took longer than it may while another page held the thread for `heldMs`. One that spent its
 * time behind a neighbour is a victim, not a failure.
 */
export function lateError(timeoutMs: number, heldMs: number): Error {
  return heldMs * 4 >= timeoutMs
    ? new InterruptedError("Another page held the sandbox process")
    : new TaskError("timeout", `It did not end within ${timeoutMs} ms`);
}
