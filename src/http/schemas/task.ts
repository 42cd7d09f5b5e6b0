import { z } from "@hono/zod-openapi";
import { TASK_ERROR_CODES } from "../../platform/errors.ts";
import type { Backoff, StoredTask } from "../../queue/task.ts";
import type { TaskRequest } from "../../queue/service_port.ts";
import {
  batchId,
  brand,
  cursor,
  instant,
  instantOf,
  maxAttempts,
  nextLink,
  pageLimit,
  priority,
  tag,
  tags,
  taskId,
  taskStatus,
  taskType,
  timeoutMs,
} from "./common.ts";

const DAY_S = 86_400;
const wait = (maxS: number) => z.number().min(0).max(maxS);

const backoff = z.strictObject({
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

/** Options every route that creates one task takes. */
export const taskOptions = {
  priority: priority.optional(),
  delay_s: wait(365 * DAY_S).optional().openapi({ description: "Not before this many seconds from now" }),
  run_at: z.iso.datetime({ offset: true })
    .refine((text) => Date.parse(text) < Date.now() + 366 * DAY_S * 1000, "must be within a year from now")
    .optional().openapi({
      description:
        "Not before this time, at most a year ahead; at once where it is past. Not beside `delay_s`",
      example: "2026-11-24T06:00:00Z",
    }),
  max_attempts: maxAttempts.optional(),
  backoff: backoff.optional(),
  timeout_ms: timeoutMs.optional(),
  task_id: taskId.optional().openapi({ description: "An id of your own; a conflict if it is taken" }),
  tags: tags.optional(),
  brand: brand.optional(),
};

const oneStart = {
  check: (o: { delay_s?: number; run_at?: string }) => o.delay_s === undefined || o.run_at === undefined,
  issue: { path: ["run_at"], message: "cannot be given together with delay_s" },
};

export function withOneStart<S extends z.ZodType<{ delay_s?: number; run_at?: string }>>(schema: S): S {
  return schema.refine(oneStart.check, oneStart.issue) as S;
}

export const newTask = withOneStart(z.strictObject({
  type: taskType,
  input: z.unknown().optional().openapi({
    type: "object",
    description: "What the type's input schema takes",
  }),
  ...taskOptions,
})).openapi("NewTask", { example: { type: "test", input: { delay_s: 2 }, priority: 5 } });

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
  };
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

export const acceptedTask = z.object({
  task_id: taskId,
  status: taskStatus.openapi({ description: "`delayed` where it may not run yet" }),
}).openapi("AcceptedTask");

export const taskSchema = z.object({
  task_id: taskId,
  type: taskType,
  status: taskStatus,
  priority,
  attempts: z.int().openapi({ description: "Attempts begun, less those that were interrupted" }),
  max_attempts: maxAttempts,
  brand: brand.optional(),
  tags: tags.optional(),
  batch_id: batchId.optional(),
  created_at: instant,
  run_at: instant.optional(),
  started_at: instant.optional(),
  finished_at: instant.optional(),
  progress: z.object({ done: z.number(), total: z.number(), message: z.string().optional() }).optional(),
  result: z.unknown().optional().openapi({
    description: "What the task's run returned. Not in lists (`GET /api/tasks`)",
  }),
  error: z.object({
    code: z.enum(TASK_ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    retry_after_s: z.number().optional(),
  }).optional(),
  wait_ms: z.number().optional().openapi({ description: "Ready but not yet run, last attempt" }),
  run_ms: z.number().optional().openapi({ description: "Last attempt" }),
  cancel_requested: z.boolean().optional().openapi({ description: "Running, and told to stop" }),
  request_id: z.string().optional().openapi({
    description: "`X-Request-Id` of the request that created it",
    example: "req_7v2m4k9xq1d8w3ba",
  }),
}).openapi("Task");

export const taskPage = z.object({ tasks: z.array(taskSchema), next: nextLink }).openapi("TaskPage");

export const taskQuery = z.object({
  status: taskStatus.optional(),
  type: taskType.optional(),
  brand: brand.optional(),
  tag: tag.optional(),
  batch_id: batchId.optional(),
  limit: pageLimit,
  cursor: cursor.optional(),
});

/** A stored task as JSON text. Its result is text already and is put in as it is: it may be megabytes. */
export function taskJson(task: StoredTask): string {
  const text = JSON.stringify({
    task_id: task.id,
    type: task.type,
    status: task.status,
    priority: task.priority,
    attempts: task.attempts,
    max_attempts: task.maxAttempts,
    brand: task.brand,
    tags: task.tags,
    batch_id: task.batchId,
    created_at: instantOf(task.createdMs),
    run_at: task.runAtMs === undefined ? undefined : instantOf(task.runAtMs),
    started_at: task.startedMs === undefined ? undefined : instantOf(task.startedMs),
    finished_at: task.finishedMs === undefined ? undefined : instantOf(task.finishedMs),
    progress: task.progress,
    error: task.error,
    wait_ms: task.waitMs,
    run_ms: task.runMs,
    cancel_requested: task.cancelRequested || undefined,
    request_id: task.requestId,
  });
  return task.resultJson === undefined ? text : `${text.slice(0, -1)},"result":${task.resultJson}}`;
}
