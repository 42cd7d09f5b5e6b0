import { type FieldError, ServiceError } from "../platform/errors.ts";
import { ID_PATTERN, ID_RULE } from "../platform/ids.ts";
import type { BatchRequest, TaskRequest } from "./service_port.ts";
import { type Backoff, DEFAULT_BACKOFF, TASK_STATUSES } from "./task.ts";
import type { TaskTypeInfo, TaskTypes } from "./task_types.ts";

const DAY_MS = 86_400_000;
/** Furthest a task may be put off: a year. Beyond it a number is far more likely seconds taken for milliseconds. */
const MAX_DELAY_MS = 366 * DAY_MS;
const LABEL_PATTERN = /^[^\p{Cc}]{1,128}$/u;
const MAX_TAGS = 20;

/** Collects what is wrong with a request, so that all of it is told at once. */
export class Findings {
  readonly errors: FieldError[] = [];

  add(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** A whole number in a range, where given. */
  whole(path: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (!Number.isInteger(value) || value < min || value > max) {
      this.add(path, `must be a whole number between ${min} and ${max}: current value is ${value}`);
    }
  }

  range(path: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (!(value >= min && value <= max)) {
      this.add(path, `must be between ${min} and ${max}: current value is ${value}`);
    }
  }

  label(path: string, value: string | undefined): void {
    if (value !== undefined && !LABEL_PATTERN.test(value)) {
      this.add(path, "must be 1 to 128 characters, no control characters");
    }
  }

  throwIfAny(): void {
    if (this.errors.length === 0) return;
    const first = this.errors[0]!;
    const more = this.errors.length > 1 ? ` (and ${this.errors.length - 1} more)` : "";
    throw new ServiceError("invalid_request", `${first.path || "the request"} ${first.message}${more}`, {
      fields: this.errors,
    });
  }
}

/** The type, or a finding that names those there are. */
export function knownType(types: TaskTypes, name: string, findings: Findings): TaskTypeInfo | undefined {
  const type = types.get(name);
  if (type === undefined) findings.add("type", `must be one of ${types.names().join(", ")}`);
  return type;
}

/** The input as JSON text; its errors under `prefix`. */
export function checkedInput(
  type: TaskTypeInfo,
  input: unknown,
  prefix: string,
  findings: Findings,
): string {
  const checked = type.validate(input);
  if (checked.ok) return checked.json;
  for (const { path, message } of checked.errors) {
    findings.add(path === "" ? prefix : `${prefix}.${path}`, message);
  }
  return "null";
}

/** Options that single tasks and batches share. */
export function checkShared(request: TaskRequest | BatchRequest, findings: Findings): void {
  findings.whole("priority", request.priority, 0, 10);
  findings.whole("max_attempts", request.maxAttempts, 1, 100);
  findings.whole("timeout_ms", request.timeoutMs, 1, DAY_MS);
  findings.label("brand", request.brand);
  const tags = request.tags ?? [];
  if (tags.length > MAX_TAGS) findings.add("tags", `must be at most ${MAX_TAGS}: there are ${tags.length}`);
  tags.forEach((tag, i) => findings.label(`tags.${i}`, tag));
}

/** When a task may first run, undefined for at once. */
export function checkedRunAtMs(request: TaskRequest, nowMs: number, findings: Findings): number | undefined {
  const { delayS, runAtMs } = request;
  if (delayS !== undefined && runAtMs !== undefined) {
    findings.add("delay_s", "cannot be given together with run_at");
    return undefined;
  }
  findings.range("delay_s", delayS, 0, MAX_DELAY_MS / 1000);
  findings.range("run_at", runAtMs, 0, nowMs + MAX_DELAY_MS);
  if (delayS !== undefined) return delayS === 0 ? undefined : nowMs + Math.round(delayS * 1000);
  return runAtMs;
}

export function checkTaskId(taskId: string | undefined, findings: Findings): void {
  if (taskId !== undefined && !ID_PATTERN.test(taskId)) {
    findings.add("task_id", ID_RULE);
  }
}

export function checkedBackoff(
  given: Partial<Backoff> | undefined,
  fallback: Backoff,
  findings: Findings,
): Backoff {
  if (given === undefined) return fallback;
  const backoff: Backoff = { ...DEFAULT_BACKOFF, ...fallback, ...given };
  if (!["fixed", "exponential", "list"].includes(backoff.kind)) {
    findings.add("backoff.kind", "must be one of fixed, exponential, list");
  }
  findings.range("backoff.delay_ms", backoff.delayMs, 0, DAY_MS);
  findings.range("backoff.max_ms", backoff.maxMs, 0, 7 * DAY_MS);
  findings.range("backoff.jitter", backoff.jitter, 0, 1);
  const list = backoff.delaysMs;
  if (backoff.kind === "list" && (list === undefined || list.length < 1 || list.length > 100)) {
    findings.add("backoff.delays_ms", "must hold 1 to 100 waits for kind list");
  }
  list?.forEach((wait, i) => findings.range(`backoff.delays_ms.${i}`, wait, 0, 7 * DAY_MS));
  return backoff;
}

export function checkPage(limit: number, max: number, findings: Findings): void {
  findings.whole("limit", limit, 1, max);
}

export function checkStatus(status: string | undefined, findings: Findings): void {
  if (status !== undefined && !(TASK_STATUSES as readonly string[]).includes(status)) {
    findings.add("status", `must be one of ${TASK_STATUSES.join(", ")}`);
  }
}
