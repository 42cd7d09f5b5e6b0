import { ID_PATTERN, ID_RULE } from "../platform/ids.ts";
import type { Findings } from "./findings.ts";
import type { Limit } from "./port.ts";
import type { BatchRequest, TaskRequest } from "./service_port.ts";
import { type Backoff, type Dedup, DEFAULT_BACKOFF, TASK_STATUSES, type WebhookTarget } from "./task.ts";
import type { TaskTypeInfo, TaskTypes } from "./task_types.ts";

const DAY_MS = 86_400_000;
/** Furthest a task may be put off: a year. Beyond it a number is far more likely seconds taken for milliseconds. */
const MAX_DELAY_MS = 366 * DAY_MS;
/** Shortest queue deadline and dedup window: below it the machine's own pace decides. */
const MIN_WINDOW_MS = 100;
const MAX_TAGS = 20;
const MAX_LIMIT_KEYS = 8;
const MAX_DEPENDENCIES = 100;
const MAX_URL_LENGTH = 8192;
const DEDUP_MODES = ["reject", "replace", "debounce", "throttle"] as const satisfies Dedup["mode"][];
const END_STATUSES = ["completed", "failed", "cancelled"] as const;

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
  checkPriority(request.priority, findings);
  findings.whole("max_attempts", request.maxAttempts, 1, 100);
  findings.whole("timeout_ms", request.timeoutMs, 1, DAY_MS);
  findings.label("brand", request.brand);
  findings.range("expires_in_s", request.expiresInS, MIN_WINDOW_MS / 1000, MAX_DELAY_MS / 1000);
  findings.label("fairness_key", request.fairnessKey);
  checkLabels("tags", request.tags, MAX_TAGS, findings);
  checkLabels("limit_keys", request.limitKeys, MAX_LIMIT_KEYS, findings);
}

export function checkPriority(priority: number | undefined, findings: Findings): void {
  findings.whole("priority", priority, 0, 10);
}

function checkLabels(path: string, labels: string[] | undefined, max: number, findings: Findings): void {
  if (labels === undefined) return;
  if (labels.length > max) findings.add(path, `must be at most ${max}: there are ${labels.length}`);
  labels.forEach((label, i) => findings.label(`${path}.${i}`, label));
}

/** Options only a single task has, but for its times. */
export function checkSingle(request: TaskRequest, findings: Findings): void {
  if (request.taskId !== undefined && !ID_PATTERN.test(request.taskId)) findings.add("task_id", ID_RULE);
  const { dependsOn = [], dedup, webhook } = request;
  if (dependsOn.length > MAX_DEPENDENCIES) {
    findings.add("depends_on", `must be at most ${MAX_DEPENDENCIES}: there are ${dependsOn.length}`);
  }
  dependsOn.forEach((id, i) => {
    if (!ID_PATTERN.test(id)) findings.add(`depends_on.${i}`, ID_RULE);
  });
  findings.oneOf("on_dependency_failure", request.onDependencyFailure, ["fail", "cancel", "run"]);
  if (dedup !== undefined) checkDedup(dedup, findings.under("dedup"));
  if (webhook !== undefined) checkWebhook(webhook, findings.under("webhook"));
}

/** What follows a batch begins when the batch has ended: it has no other start, and is not one of several. */
export function checkOnComplete(request: TaskRequest, findings: Findings): void {
  const refused = {
    delay_s: request.delayS,
    run_at: request.runAtMs,
    depends_on: request.dependsOn,
    dedup: request.dedup,
  };
  for (const [path, value] of Object.entries(refused)) {
    if (value !== undefined) {
      findings.add(path, "cannot be given, as the end of the batch decides when it runs");
    }
  }
}

function checkDedup({ key, mode, windowMs }: Dedup, findings: Findings): void {
  findings.label("key", key);
  findings.oneOf("mode", mode, DEDUP_MODES);
  const windowed = mode === "debounce" || mode === "throttle";
  if (windowed !== (windowMs !== undefined)) {
    findings.add("window_s", "goes with mode 'debounce' or 'throttle', and they with it");
  } else if (windowMs !== undefined) {
    findings.range("window_s", windowMs / 1000, MIN_WINDOW_MS / 1000, MAX_DELAY_MS / 1000);
  }
}

/** Whether the address may be reached is the address guard's to say, when it is. */
export function checkWebhook({ url, events }: WebhookTarget, findings: Findings): void {
  if (
    typeof url !== "string" || url.length > MAX_URL_LENGTH || !/^https?:\/\//i.test(url) || !URL.canParse(url)
  ) {
    findings.add("url", `must be an http or https URL of at most ${MAX_URL_LENGTH} characters`);
  }
  if (events === undefined) return;
  if (events.length === 0) findings.add("events", `must hold at least one of ${END_STATUSES.join(", ")}`);
  events.forEach((event, i) => findings.oneOf(`events.${i}`, event, END_STATUSES));
}

/** When a task may first run: at once where neither is set. */
export function checkedStart(
  request: TaskRequest,
  nowMs: number,
  findings: Findings,
): { delayMs?: number; runAtMs?: number } {
  const { delayS, runAtMs } = request;
  if (delayS !== undefined && runAtMs !== undefined) {
    findings.add("delay_s", "cannot be given together with run_at");
    return {};
  }
  findings.range("delay_s", delayS, 0, MAX_DELAY_MS / 1000);
  findings.range("run_at", runAtMs, 0, nowMs + MAX_DELAY_MS);
  if (runAtMs !== undefined) return { runAtMs };
  const delayMs = Math.round((delayS ?? 0) * 1000);
  return delayMs > 0 ? { delayMs } : {};
}

export function checkedBackoff(
  given: Partial<Backoff> | undefined,
  fallback: Backoff,
  findings: Findings,
): Backoff {
  if (given === undefined) return fallback;
  const backoff: Backoff = { ...DEFAULT_BACKOFF, ...fallback, ...given };
  findings.oneOf("backoff.kind", backoff.kind, ["fixed", "exponential", "list"]);
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

export function checkLimit({ key, concurrency, rate }: Limit, findings: Findings): void {
  findings.label("key", key);
  if (concurrency === undefined && rate === undefined) {
    findings.add("", "must have concurrency, rate or both");
  }
  findings.whole("concurrency", concurrency, 1, 100_000);
  findings.whole("rate.count", rate?.count, 1, 10_000);
  if (rate !== undefined) findings.range("rate.per_s", rate.perMs / 1000, 0.1, DAY_MS / 1000);
}

export function checkPage(limit: number, max: number, findings: Findings): void {
  findings.whole("limit", limit, 1, max);
}

export function checkStatus(status: string | undefined, findings: Findings): void {
  findings.oneOf("status", status, TASK_STATUSES);
}
