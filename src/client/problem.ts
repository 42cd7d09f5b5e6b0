import type { Problem } from "./api_types.ts";

/** The service's own codes, and `unexpected_answer` for what a proxy or another program answered in its place. */
export type ProblemCode = Problem["code"] | "unexpected_answer";

/** The service said no. Decide by `code`; `errors` names the fields that are wrong. */
export class TuttiProblem extends Error {
  override readonly name = "TuttiProblem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Also in the service's log. */
  readonly request_id: string | undefined;
  readonly errors: { path: string; message: string }[];
  /** The task that was waited for. */
  readonly task_id: string | undefined;
  /** How that task failed. */
  readonly task_error: Problem["task_error"];
  /** Seconds after which it is worth trying again, where the service can tell. */
  readonly retry_after_s: number | undefined;

  constructor(
    problem: Omit<Problem, "code" | "request_id" | "type"> & { code: ProblemCode; request_id?: string },
    retryAfterS?: number,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.request_id = problem.request_id;
    this.errors = problem.errors ?? [];
    this.task_id = problem.task_id;
    this.task_error = problem.task_error;
    this.retry_after_s = retryAfterS;
  }

  /** The problem document. */
  toJSON(): Record<string, unknown> {
    const { code, status, title, detail, request_id, errors, task_id, task_error, retry_after_s } = this;
    return {
      code,
      status,
      title,
      detail,
      request_id,
      errors: errors.length > 0 ? errors : undefined,
      task_id,
      task_error,
      retry_after_s,
    };
  }
}

/** Nobody answered, or the connection broke; `cause` says how. */
export class TuttiUnreachable extends Error {
  override readonly name = "TuttiUnreachable";
  readonly code = "unreachable";
  /** The address that was asked. */
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`Cannot reach ${url}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.url = url;
  }
}

const MAX_DETAIL_CHARS = 300;

/** The problem of an answer that is none of the good ones. Reads its body. */
export async function problemOf(response: Response): Promise<TuttiProblem> {
  const text = await response.text();
  const retryAfterS = retryAfterOf(response);
  const given = parsed(text);
  if (typeof given?.code === "string" && typeof given.detail === "string") {
    return new TuttiProblem(given as unknown as Problem, retryAfterS);
  }
  return new TuttiProblem({
    code: "unexpected_answer",
    status: response.status,
    title: "The answer is not one of Tutti",
    detail: `${response.status} ${response.statusText}: ${text.slice(0, MAX_DETAIL_CHARS)}`.trim(),
    request_id: response.headers.get("x-request-id") ?? undefined,
  }, retryAfterS);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
