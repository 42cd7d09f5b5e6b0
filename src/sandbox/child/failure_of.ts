import {
  DeferredError,
  InterruptedError,
  messageOf,
  TaskError,
  type TaskErrorCode,
} from "../../platform/errors.ts";
import type { ChildFailure } from "../protocol.ts";

/** Whatever was thrown in the child, as the parent is told. */
export function failureOf(
  error: unknown,
  fallback: { code: TaskErrorCode; retryable: boolean },
): ChildFailure {
  if (error instanceof DeferredError) {
    return { message: error.message, interrupted: true, retryAtMs: error.retryAtMs };
  }
  if (error instanceof InterruptedError) return { message: error.message, interrupted: true };
  if (isTaskError(error)) {
    const { code, message, retryable, retryAfterS } = error;
    return { code, message, retryable, retryAfterS };
  }
  const message = messageOf(error);
  if (
    error instanceof RangeError &&
    /allocation failed|Invalid (array buffer|string|array) length/.test(message)
  ) {
    return { code: "out_of_memory", message, retryable: false };
  }
  return { ...fallback, message };
}

/** By name, not by class: a user's module may have loaded a copy of its own. */
function isTaskError(error: unknown): error is TaskError {
  return error instanceof Error && error.name === "TaskError" && "code" in error;
}
