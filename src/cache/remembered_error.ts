import {
  type FieldError,
  InterruptedError,
  messageOf,
  type ProblemCode,
  ServiceError,
  TaskError,
  type TaskErrorCode,
} from "../platform/errors.ts";

/**
 * A failure as the cache keeps it. The marker is a name no sane value has; a result that has it all the same is not
 * cached (see `isRemembered`), so no value can pass for an error.
 */
const MARKER = "\u0000error";

interface Remembered {
  kind: "task" | "service" | "plain";
  name: string;
  message: string;
  code?: string;
  retryable?: boolean;
  retryAfterS?: number;
  fields?: FieldError[];
}

const BUILT_IN = new Map<string, new (message: string) => Error>(
  [Error, TypeError, RangeError, SyntaxError, URIError, EvalError, ReferenceError].map((
    type,
  ) => [type.name, type]),
);

/** The JSON form of an error, or undefined for what says nothing about the thing asked for: aborts, interruptions. */
export function rememberError(error: unknown): Record<string, unknown> | undefined {
  if (error instanceof InterruptedError) return undefined;
  if (error instanceof DOMException && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return undefined;
  }
  return { [MARKER]: describe(error) };
}

export function isRemembered(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, MARKER);
}

/** An error of the same kind as the one remembered: class, name, message and code. */
export function reviveError(value: unknown): Error {
  const { kind, name, message, code, retryable, retryAfterS, fields } =
    (value as Record<string, Remembered>)[MARKER]!;
  if (kind === "task") return new TaskError(code as TaskErrorCode, message, { retryable, retryAfterS });
  if (kind === "service") return new ServiceError(code as ProblemCode, message, { retryAfterS, fields });
  const error = new (BUILT_IN.get(name) ?? Error)(message);
  if (error.name !== name) error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}

function describe(error: unknown): Remembered {
  const message = messageOf(error);
  if (error instanceof TaskError) {
    const { code, retryable, retryAfterS } = error;
    return { kind: "task", name: error.name, message, code, retryable, retryAfterS };
  }
  if (error instanceof ServiceError) {
    const { code, retryAfterS, fields } = error;
    return { kind: "service", name: error.name, message, code, retryAfterS, fields };
  }
  const name = error instanceof Error ? error.name : "Error";
  const code = (error as { code?: unknown } | null)?.code;
  return { kind: "plain", name, message, ...(typeof code === "string" ? { code } : {}) };
}
