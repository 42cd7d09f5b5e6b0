import { z } from "@hono/zod-openapi";
import type { TaskRequest } from "../../queue/service_port.ts";
import type { Backoff, Dedup } from "../../queue/task.ts";
import {
  absoluteUrl,
  brand,
  key,
  maxAttempts,
  priority,
  tags,
  taskId,
  taskType,
  timeoutMs,
} from "./common.ts";

const DAY_S = 86_400;
const YEAR_S = 365 * DAY_S;
const wait = (maxS: number) => z.number().min(0).max(maxS);

export const backoff = z.strictObject({
  kind: z.enum(["fixed", "exponential", "list"]).optional(),
  delay_s: wait(DAY_S).optional().openapi({
    description: "First (exponential) or every (fixed) wait. Default 1",
  }),
  max_s: wait(7 * DAY_S).optional().openapi({ description: "Longest wait. Default 300" }),
  jitter: z.number().min(0).max(1).optional().openapi({
    description: "Share of the wait that is random. Default 0.2",
  }),
  delays_s: z.array(wait(7 * DAY_S)).min(1).max(100).optional().openapi({
    description: "For `list`; the last one repeats",
  }),
}).refine((b) => (b.kind === "list") === (b.delays_s !== undefined), {
  path: ["delays_s"],
  message: "goes with kind 'list', and 'list' with it",
}).openapi("Backoff", { description: "How long a failed attempt waits for the next one" });

const WINDOWED: ReadonlySet<string> = new Set<Dedup["mode"]>(["debounce", "throttle"]);

export const dedup = z.strictObject({
  key: key.openapi({ example: "sync:halilit" }),
  mode: z.enum(["reject", "replace", "debounce", "throttle"]),
  window_s: z.number().min(0.1).max(YEAR_S).optional().openapi({
    description: "For `debounce` and `throttle`, which need it",
  }),
}).refine((d) => WINDOWED.has(d.mode) === (d.window_s !== undefined), {
  path: ["window_s"],
  message: "goes with mode 'debounce' or 'throttle', and they with it",
}).openapi("Dedup", {
  description:
    "At most one task of a key, over all types. `reject`: a conflict while another waits or runs. " +
    "`replace`: one that waits is cancelled for the new one. `debounce`: as `replace`, and the new one waits " +
    "`window_s` first. `throttle`: within `window_s` of the last accepted one, that one is the answer " +
    "(`deduplicated`) and nothing is accepted",
});

export const webhook = z.strictObject({
  url: absoluteUrl.openapi({ example: "https://example.com/hooks/tutti" }),
  events: z.array(z.enum(["completed", "failed", "cancelled"])).min(1).max(3).optional().openapi({
    description: "Ends it is told of. Default: all three",
  }),
}).openapi("Webhook", {
  description:
    "Told when the task has ended: a signed POST, tried again until it is taken, by a task of type " +
    "`webhook` with the tag `webhook:<task_id>`",
});

/** Told when all of a batch has ended. */
export const batchWebhook = z.strictObject({ url: webhook.shape.url }).openapi("BatchWebhook", {
  description:
    "Told once, when all tasks of the batch have ended. Not beside `on_complete`, which can have a webhook",
});

/** Options of whatever is queued: single tasks, batches, what follows a batch, what a schedule makes. */
export const sharedOptions = {
  priority: priority.optional(),
  max_attempts: maxAttempts.optional(),
  backoff: backoff.optional(),
  timeout_ms: timeoutMs.optional(),
  tags: tags.optional(),
  brand: brand.optional(),
  expires_in_s: z.number().min(0.1).max(YEAR_S).optional().openapi({
    description: "Must have begun within this many seconds of its acceptance, else it fails with `expired`",
  }),
  fairness_key: key.optional().openapi({
    description: "Tasks of one priority take turns by this key. Default: the brand",
    example: "tenant-7",
  }),
  limit_keys: z.array(key).max(8).optional().openapi({
    description:
      "Limits and pauses of these keys hold for it, beside `type:<type>`, `brand:<brand>` and, of a " +
      "scrape, `host:<host>`",
    example: ["tenant:7"],
  }),
};

const ownId = taskId.optional().openapi({ description: "An id of your own; a conflict if it is taken" });
const delayS = wait(YEAR_S).optional();

/** Options every route that creates one task takes. */
export const taskOptions = {
  ...sharedOptions,
  delay_s: delayS.openapi({ description: "Not before this many seconds from now" }),
  run_at: z.iso.datetime({ offset: true })
    .refine((text) => Date.parse(text) < Date.now() + 366 * DAY_S * 1000, "must be within a year from now")
    .optional().openapi({
      description:
        "Not before this time, at most a year ahead; at once where it is past. Not beside `delay_s`",
      example: "2026-11-24T06:00:00Z",
    }),
  task_id: ownId,
  depends_on: z.array(taskId).min(1).max(100).optional().openapi({
    description: "Tasks that must have ended before it may run; `delayed` until then",
  }),
  on_dependency_failure: z.enum(["fail", "cancel", "run"]).optional().openapi({
    description:
      "What becomes of it when one of `depends_on` failed or was cancelled: it fails with `dependency_failed` " +
      "(the default), is cancelled, or runs all the same",
  }),
  dedup: dedup.optional(),
  webhook: webhook.optional(),
};

const work = {
  type: taskType,
  input: z.unknown().optional().openapi({
    type: "object",
    description: "What the type's input schema takes",
  }),
};

const oneStart = {
  check: (o: { delay_s?: number; run_at?: string }) => o.delay_s === undefined || o.run_at === undefined,
  issue: { path: ["run_at"], message: "cannot be given together with delay_s" },
};

export function withOneStart<S extends z.ZodType<{ delay_s?: number; run_at?: string }>>(schema: S): S {
  return schema.refine(oneStart.check, oneStart.issue) as S;
}

export const newTask = withOneStart(z.strictObject({ ...work, ...taskOptions }))
  .openapi("NewTask", { example: { type: "test", input: { delay_s: 2 }, priority: 5 } });

/** The task that follows a batch. It begins when the batch has ended and is alone, so no other start and no dedup. */
export const onComplete = z.strictObject({
  ...work,
  ...sharedOptions,
  task_id: ownId,
  webhook: webhook.optional(),
}).openapi("OnComplete", {
  description:
    "A task that is accepted with the batch and runs once all of its tasks have ended, however they did",
});

/** What a schedule makes of a task each time: an id, a time and dependencies would be those of one only. */
export const scheduledTask = z.strictObject({
  ...work,
  ...sharedOptions,
  delay_s: delayS.openapi({ description: "Not before this many seconds after its slot" }),
  dedup: dedup.optional(),
  webhook: webhook.optional(),
}).openapi("ScheduledTask");

/** The same in an answer, where an input is whatever its type takes. */
export const scheduledTaskAnswer = z.object({ ...scheduledTask.shape, input: z.unknown().optional() })
  .openapi("ScheduledTaskAnswer");

type Options = Partial<z.output<z.ZodObject<typeof taskOptions>>>;

/** Snake case and seconds of the wire to the words of the queue. */
export function optionsOf(o: Options): Omit<TaskRequest, "type" | "input"> {
  return {
    priority: o.priority,
    delayS: o.delay_s,
    runAtMs: o.run_at === undefined ? undefined : Date.parse(o.run_at),
    maxAttempts: o.max_attempts,
    backoff: o.backoff === undefined ? undefined : backoffOf(o.backoff),
    timeoutMs: o.timeout_ms,
    taskId: o.task_id,
    tags: o.tags,
    brand: o.brand,
    expiresInS: o.expires_in_s,
    fairnessKey: o.fairness_key,
    limitKeys: o.limit_keys,
    dependsOn: o.depends_on,
    onDependencyFailure: o.on_dependency_failure,
    dedup: o.dedup === undefined ? undefined : dedupOf(o.dedup),
    webhook: o.webhook,
  };
}

/** A task in the body of something else (a batch, a schedule) in the words of the queue. */
export function taskRequestOf(task: Options & { type: string; input?: unknown }): TaskRequest {
  const { type, input = {}, ...options } = task;
  return { type, input, ...optionsOf(options) };
}

function backoffOf(b: z.output<typeof backoff>): Partial<Backoff> {
  const out: Partial<Backoff> = {};
  if (b.kind !== undefined) out.kind = b.kind;
  if (b.delay_s !== undefined) out.delayMs = b.delay_s * 1000;
  if (b.max_s !== undefined) out.maxMs = b.max_s * 1000;
  if (b.jitter !== undefined) out.jitter = b.jitter;
  if (b.delays_s !== undefined) out.delaysMs = b.delays_s.map((s) => s * 1000);
  return out;
}

function dedupOf({ key, mode, window_s }: z.output<typeof dedup>): Dedup {
  return window_s === undefined ? { key, mode } : { key, mode, windowMs: window_s * 1000 };
}

/** The other way: a stored dedup as it was sent. */
export function dedupBody({ key, mode, windowMs }: Dedup): z.output<typeof dedup> {
  return { key, mode, window_s: windowMs === undefined ? undefined : windowMs / 1000 };
}

function backoffBody(b: Partial<Backoff>): z.output<typeof backoff> {
  return {
    kind: b.kind,
    delay_s: b.delayMs === undefined ? undefined : b.delayMs / 1000,
    max_s: b.maxMs === undefined ? undefined : b.maxMs / 1000,
    jitter: b.jitter,
    delays_s: b.delaysMs?.map((ms) => ms / 1000),
  };
}

/** The task of a schedule as it was sent. */
export function scheduledTaskBody(task: TaskRequest): z.output<typeof scheduledTaskAnswer> {
  return {
    type: task.type,
    input: task.input,
    priority: task.priority,
    delay_s: task.delayS,
    max_attempts: task.maxAttempts,
    backoff: task.backoff === undefined ? undefined : backoffBody(task.backoff),
    timeout_ms: task.timeoutMs,
    tags: task.tags,
    brand: task.brand,
    expires_in_s: task.expiresInS,
    fairness_key: task.fairnessKey,
    limit_keys: task.limitKeys,
    dedup: task.dedup === undefined ? undefined : dedupBody(task.dedup),
    webhook: task.webhook,
  };
}
