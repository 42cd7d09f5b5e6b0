import { messageOf, TaskError, type TaskFailure } from "../platform/errors.ts";

const MAX_MESSAGE_CHARS = 1000;

/**
 * What a handler threw, as it is stored and answered: a `TaskError` says itself what it is, anything else is a
 * `handler_error` with its message alone. Stacks and paths of this machine are not a caller's business.
 */
export function failureOf(error: unknown): TaskFailure {
  if (error instanceof TaskError) {
    return { ...error.toFailure(), message: error.message.slice(0, MAX_MESSAGE_CHARS) };
  }
  const message = withoutPaths(messageOf(error)).slice(0, MAX_MESSAGE_CHARS);
  return { code: "handler_error", message: message || "The handler threw no message", retryable: true };
}

/** `file:` URLs and absolute paths of two parts or more; the path of an http URL stays. */
function withoutPaths(text: string): string {
  return text.replaceAll(/file:\/\/[^\s'")]+/g, "(file)")
    .replaceAll(/(?<![\w.:/~-])\/(?:[\w.@+~-]+\/)+[\w.@+~-]*(?::\d+)*/g, "(file)");
}
