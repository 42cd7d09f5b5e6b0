import { z } from "@hono/zod-openapi";
import { TASK_ERROR_CODES } from "../../platform/errors.ts";
import type { AcceptedTask } from "../../queue/service_port.ts";
import type { StoredTask } from "../../queue/task.ts";
import {
  anyTag,
  batchId,
  brand,
  instant,
  instantOf,
  maxAttempts,
  nextLink,
  priority,
  scheduleId,
  taskId,
  taskStatus,
  taskType,
} from "./common.ts";
import { dedup, dedupBody, webhook } from "./task_options.ts";

export const acceptedTask = z.object({
  task_id: taskId,
  status: taskStatus.openapi({
    description: "`delayed` where it may not run yet; that of the earlier task where `deduplicated`",
  }),
  deduplicated: z.literal(true).optional().openapi({
    description: "By `dedup` in mode `throttle`: the task there was; nothing new was accepted",
  }),
}).openapi("AcceptedTask");

export function acceptedBody({ taskId, status, deduplicated }: AcceptedTask): z.input<typeof acceptedTask> {
  return deduplicated ? { task_id: taskId, status, deduplicated } : { task_id: taskId, status };
}

export const taskSchema = z.object({
  task_id: taskId,
  type: taskType,
  status: taskStatus,
  priority,
  attempts: z.int().openapi({ description: "Attempts begun, less those that were interrupted" }),
  max_attempts: maxAttempts,
  brand: brand.optional(),
  tags: z.array(anyTag).optional(),
  batch_id: batchId.optional(),
  schedule_id: scheduleId.optional().openapi({ description: "The schedule that made it" }),
  created_at: instant,
  run_at: instant.optional(),
  expires_at: instant.optional().openapi({
    description: "It fails with `expired` where it has not begun by then",
  }),
  started_at: instant.optional(),
  finished_at: instant.optional(),
  progress: z.object({ done: z.number(), total: z.number(), message: z.string().optional() }).optional(),
  input: z.unknown().optional().openapi({ description: "Where it was asked for (`input=true`)" }),
  result: z.unknown().optional().openapi({
    description: "What the task's run returned. Not in lists (`GET /api/tasks`)",
  }),
  error: z.object({
    code: z.enum(TASK_ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    retry_after_s: z.number().optional(),
    status_code: z.int().optional(),
  }).optional(),
  wait_ms: z.number().optional().openapi({ description: "Ready but not yet run, last attempt" }),
  run_ms: z.number().optional().openapi({ description: "Last attempt" }),
  fairness_key: z.string().optional().openapi({ description: "Tasks of one priority take turns by it" }),
  limit_keys: z.array(z.string()).optional().openapi({
    description: "Its own and those the service gave it (`brand:`, `host:`); `type:` is not listed",
  }),
  depends_on: z.array(taskId).optional(),
  pending_dependencies: z.int().optional().openapi({
    description: "Those of `depends_on` that have not ended",
  }),
  on_dependency_failure: z.enum(["fail", "cancel", "run"]).optional(),
  dedup: dedup.optional(),
  webhook: webhook.optional(),
  cancel_requested: z.boolean().optional().openapi({ description: "Running, and told to stop" }),
  request_id: z.string().optional().openapi({
    description: "`X-Request-Id` of the request that created it",
    example: "req_7v2m4k9xq1d8w3ba",
  }),
}).openapi("Task");

export const taskPage = z.object({ tasks: z.array(taskSchema), next: nextLink }).openapi("TaskPage");

export const taskPatch = z.strictObject({ priority }).openapi("TaskPatch", { example: { priority: 9 } });

export const purgedTask = z.object({ task_id: taskId, purged: z.literal(true) }).openapi("PurgedTask");

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
    schedule_id: task.scheduleId,
    created_at: instantOf(task.createdMs),
    run_at: task.runAtMs === undefined ? undefined : instantOf(task.runAtMs),
    expires_at: task.expiresInMs === undefined ? undefined : instantOf(task.createdMs + task.expiresInMs),
    started_at: task.startedMs === undefined ? undefined : instantOf(task.startedMs),
    finished_at: task.finishedMs === undefined ? undefined : instantOf(task.finishedMs),
    progress: task.progress,
    error: task.error,
    wait_ms: task.waitMs,
    run_ms: task.runMs,
    fairness_key: task.fairnessKey,
    limit_keys: task.limitKeys,
    depends_on: task.dependsOn,
    pending_dependencies: task.pendingDependencies,
    on_dependency_failure: task.onDependencyFailure,
    dedup: task.dedup === undefined ? undefined : dedupBody(task.dedup),
    webhook: task.webhook,
    cancel_requested: task.cancelRequested || undefined,
    request_id: task.requestId,
  });
  return task.resultJson === undefined ? text : `${text.slice(0, -1)},"result":${task.resultJson}}`;
}

/** The same with its input, for a task that was read with it. */
export function taskWithInputJson(task: StoredTask): string {
  return task.inputJson ? `${taskJson(task).slice(0, -1)},"input":${task.inputJson}}` : taskJson(task);
}
