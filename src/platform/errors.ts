/**
 * Errors that carry a stable code. A task's failure code and an HTTP problem code come from closed sets:
 * both are contract, so both live here and nowhere else.
 */

/** Stable `code` of an RFC 9457 answer and the status it is sent with. */
export const PROBLEM_STATUS = {
  invalid_request: 422,
  blocked_address: 422,
  not_json: 400,
  unsupported_media_type: 415,
  body_too_large: 413,
  request_timeout: 408,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  rate_limited: 429,
  queue_full: 503,
  unavailable: 503,
  storage_full: 507,
  /** The work that was waited for failed; the task's own error says why. */
  scrape_failed: 502,
  /** The work that was waited for had not ended by the caller's deadline. */
  deadline_exceeded: 504,
  internal: 500,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** One place in a request that is wrong; `path` is dotted (`urls.3`), empty for the whole body. */
export interface FieldError {
  path: string;
  message: string;
}

/** An error a service throws on purpose and the HTTP edge turns into a problem document. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ProblemCode;
  readonly fields?: FieldError[];
  /** Seconds a caller should wait before it tries again (becomes `Retry-After`). */
  readonly retryAfterS?: number;
  /** The task that was waited for. */
  readonly task?: WaitedTask;

  constructor(
    code: ProblemCode,
    message: string,
    options: { cause?: unknown; fields?: FieldError[]; retryAfterS?: number; task?: WaitedTask } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields;
    this.retryAfterS = options.retryAfterS;
    this.task = options.task;
  }
}

/** A task a caller waited for in vain, and how it failed where it did. */
export interface WaitedTask {
  taskId: string;
  error?: TaskFailure;
}

/** Stable `error.code` of a failed task. */
export const TASK_ERROR_CODES = [
  "timeout",
  "cancelled",
  "worker_crashed",
  "out_of_memory",
  "invalid_input",
  "blocked_address",
  "robots_denied",
  "dns",
  "tls",
  "connect",
  "http_4xx",
  "http_5xx",
  "too_large",
  "unsupported_content",
  "redirect_loop",
  "handler_error",
  /** It had not begun by its queue deadline (`expires_in_s`). */
  "expired",
  /** A task it depends on failed or was cancelled. */
  "dependency_failed",
  "browser_unavailable",
] as const;

export type TaskErrorCode = typeof TASK_ERROR_CODES[number];

/**
 * A task's failure as it is stored and answered. `retry_after_s` is set where a server asked for a wait, `status_code` where
 * the failure is its answer.
 */
export interface TaskFailure {
  code: TaskErrorCode;
  message: string;
  retryable: boolean;
  retry_after_s?: number;
  status_code?: number;
}

/** What a task's `run` throws to fail with a code of its own; anything else thrown becomes `handler_error`. */
export class TaskError extends Error {
  override readonly name = "TaskError";
  readonly code: TaskErrorCode;
  readonly retryable: boolean;
  readonly retryAfterS?: number;
  /** HTTP status of the answer that is the failure. */
  readonly statusCode?: number;

  constructor(
    code: TaskErrorCode,
    message: string,
    options: { retryable?: boolean; retryAfterS?: number; statusCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.retryAfterS = options.retryAfterS;
    this.statusCode = options.statusCode;
  }

  toFailure(): TaskFailure {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.retryAfterS === undefined ? {} : { retry_after_s: this.retryAfterS }),
      ...(this.statusCode === undefined ? {} : { status_code: this.statusCode }),
    };
  }
}

/** Codes where the same attempt may well succeed later; the others repeat for the same input. */
const RETRYABLE: ReadonlySet<TaskErrorCode> = new Set([
  "timeout",
  "worker_crashed",
  "dns",
  "connect",
  "http_5xx",
  "handler_error",
]);

/**
 * The attempt did not fail and did not succeed: it was cut off by something that is not its own fault
 * (shutdown, a neighbour that took the sandbox down). The task goes back to the queue and no attempt is counted.
 */
export class InterruptedError extends Error {
  override readonly name: string = "InterruptedError";
}

/**
 * The attempt could not begin as what it needs (a turn at a host) is not to be had for a while. The task waits as
 * `delayed` until about `retryAtMs` (unix ms), out of the way of others, and no attempt is counted.
 */
export class DeferredError extends InterruptedError {
  override readonly name = "DeferredError";
  readonly retryAtMs: number;

  constructor(retryAtMs: number, message: string) {
    super(message);
    this.retryAtMs = retryAtMs;
  }
}

/** The text of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
