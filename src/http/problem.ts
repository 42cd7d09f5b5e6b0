import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import {
  type FieldError,
  InterruptedError,
  messageOf,
  PROBLEM_STATUS,
  type ProblemCode,
  ServiceError,
  TaskError,
  type TaskFailure,
} from "../platform/errors.ts";
import { byteLength } from "./byte_length.ts";
import type { RequestScope } from "./context.ts";
import type { HttpLog } from "./deps.ts";

/** An RFC 9457 problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  request_id: string;
  errors?: FieldError[];
  /** The task that was waited for. */
  task_id?: string;
  task_error?: TaskFailure;
}

/** Short, the same for every occurrence of a code. */
const TITLES: Record<ProblemCode, string> = {
  invalid_request: "The request is not valid",
  blocked_address: "The address may not be fetched",
  not_json: "The body is not JSON",
  unsupported_media_type: "The content type is not supported",
  body_too_large: "The body is too large",
  request_timeout: "The body did not arrive in time",
  unauthorized: "An API key is needed",
  forbidden: "The request is refused",
  not_found: "There is no such thing",
  method_not_allowed: "The method is not allowed here",
  conflict: "The request conflicts with what is there",
  rate_limited: "Too many requests",
  queue_full: "The queue is full",
  unavailable: "The service cannot do this now",
  storage_full: "The disk is full",
  scrape_failed: "The page could not be had",
  deadline_exceeded: "It took longer than the deadline",
  internal: "Something went wrong inside",
};

/** Status of an answer nobody reads: the caller has gone (as nginx writes it). Seen in the metrics only. */
const CLIENT_CLOSED = 499;

/** Most entries of `errors`: a batch of 10,000 bad URLs is not answered with megabytes. */
const MAX_FIELDS = 1000;

export interface ProblemOptions {
  scope: RequestScope;
  log: HttpLog;
  /** The request's own signal: once it has aborted there is nobody to answer. */
  signal?: AbortSignal;
}

/**
 * Turns anything thrown into `application/problem+json` with a stable code: the only place that knows statuses.
 * What was not thrown on purpose becomes `internal`: logged with the request id, told to the caller without a word of it.
 */
export function problemOf(thrown: unknown, options: ProblemOptions): Response {
  const { scope, log, signal } = options;
  scope.answerBytes = 0; // of an answer that was made and thrown away
  if (signal?.aborted) return new Response(null, { status: CLIENT_CLOSED });
  if (thrown instanceof MethodNotAllowed) {
    const response = problemResponse(new ServiceError("method_not_allowed", thrown.message), scope);
    response.headers.set("allow", thrown.allowed.join(", "));
    return response;
  }
  return problemResponse(toldError(thrown, { scope, log }), scope);
}

/** What a caller is told of anything thrown; what was not thrown on purpose is logged, and told as `internal`. */
export function toldError(thrown: unknown, { scope, log }: Omit<ProblemOptions, "signal">): ServiceError {
  const error = known(thrown);
  if (error !== undefined) return error;
  log.error("request_failed", {
    request_id: scope.requestId,
    error: messageOf(thrown),
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
  return new ServiceError("internal", "The request failed; the log has the reason under this request id");
}

/** A known path, another method: the one problem that comes with `Allow`. */
export class MethodNotAllowed extends Error {
  override readonly name = "MethodNotAllowed";
  readonly allowed: readonly string[];

  constructor(method: string, allowed: readonly string[]) {
    super(`${method} is not allowed here; ${allowed.join(", ")} ${allowed.length === 1 ? "is" : "are"}`);
    this.allowed = allowed;
  }
}

/** The problem document of an error a service threw on purpose. */
export function problemBody(error: ServiceError, scope: RequestScope): Problem {
  return {
    type: `urn:tutti:problem:${error.code}`,
    title: TITLES[error.code],
    status: PROBLEM_STATUS[error.code],
    detail: error.message,
    code: error.code,
    request_id: scope.requestId,
    ...(error.fields === undefined ? {} : { errors: error.fields.slice(0, MAX_FIELDS) }),
    ...(error.task === undefined ? {} : { task_id: error.task.taskId, task_error: error.task.error }),
  };
}

/** It as an answer; its size is noted in `scope`. */
export function problemResponse(error: ServiceError, scope: RequestScope): Response {
  const problem = problemBody(error, scope);
  const { status } = problem;
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  const retryAfterS = error.retryAfterS ?? DEFAULT_RETRY_AFTER_S[error.code];
  if (retryAfterS !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterS)));
  if (error.code === "unauthorized") headers["www-authenticate"] = 'Bearer realm="tutti"';
  const text = JSON.stringify(problem);
  scope.answerBytes = byteLength(text);
  return new Response(text, { status, headers });
}

/** The contract promises a Retry-After with these, also where the service names none. */
const DEFAULT_RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = { rate_limited: 1, queue_full: 5 };

function known(thrown: unknown): ServiceError | undefined {
  if (thrown instanceof ServiceError) return thrown;
  if (thrown instanceof z.ZodError) return invalid(thrown);
  if (thrown instanceof TaskError) {
    if (thrown.code === "blocked_address") return new ServiceError("blocked_address", thrown.message);
    if (thrown.code === "invalid_input") return new ServiceError("invalid_request", thrown.message);
  }
  if (thrown instanceof InterruptedError) {
    return new ServiceError("unavailable", "The service is stopping", { retryAfterS: 5 });
  }
  if (thrown instanceof HTTPException) {
    const code = CODE_OF_STATUS.get(thrown.status);
    if (code !== undefined) return new ServiceError(code, thrown.message || TITLES[code]);
  }
  return undefined;
}

/** Codes of the statuses that Hono's own parts throw. */
const CODE_OF_STATUS: ReadonlyMap<number, ProblemCode> = new Map([
  [400, "not_json"],
  [401, "unauthorized"],
  [403, "forbidden"],
  [404, "not_found"],
  [413, "body_too_large"],
  [415, "unsupported_media_type"],
  [422, "invalid_request"],
]);

/** A schema's refusal, each place that is wrong with its dotted path (`urls.3`). */
export function invalid(error: z.ZodError): ServiceError {
  const fields = error.issues.slice(0, MAX_FIELDS).flatMap((issue): FieldError[] => {
    const at = issue.path.map(String);
    // An unknown field is named itself: its parent is not what is wrong.
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...at, key].join("."), message: "unknown field" }));
    }
    return [{ path: at.join("."), message: issue.message }];
  });
  const first = fields[0];
  const where = first === undefined
    ? ""
    : first.path === ""
    ? first.message
    : `${first.path}: ${first.message}`;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : "";
  return new ServiceError("invalid_request", `The request is not valid: ${where}${more}`, { fields });
}
