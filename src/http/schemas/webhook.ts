import { z } from "@hono/zod-openapi";
import { TASK_ERROR_CODES } from "../../platform/errors.ts";
import type { StoredTask } from "../../queue/task.ts";
import { absoluteUrl, instant, instantOf, maxAttempts, taskId, taskStatus } from "./common.ts";

const delivery = z.object({
  delivery_id: taskId.openapi({
    description:
      "The `Tutti-Delivery` header and `delivery_id` of the body; a task: `GET /api/tasks/{task_id}`",
    example: "webhook_7v2m4k9xq1d8w3ba",
  }),
  url: absoluteUrl,
  event: z.string().openapi({ example: "task.completed" }),
  status: taskStatus.openapi({ description: "`completed`: a 2xx came; `failed`: given up" }),
  attempts: z.int(),
  max_attempts: maxAttempts,
  created_at: instant,
  finished_at: instant.optional(),
  next_attempt_at: instant.optional().openapi({ description: "Of one that is `delayed`" }),
  status_code: z.int().optional().openapi({
    description: "What the receiver answered to one that is `completed`",
  }),
  error: z.object({
    code: z.enum(TASK_ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    retry_after_s: z.number().optional(),
    status_code: z.int().optional(),
  }).optional().openapi({ description: "Of the last attempt that failed" }),
}).openapi("WebhookDelivery");

export const webhookLog = z.object({
  deliveries: z.array(delivery).openapi({ description: "Newest first" }),
}).openapi("WebhookLog");

/** A task of type `webhook`, with its input and result, as an entry of the log. */
export function deliveryBody(task: StoredTask): z.input<typeof delivery> {
  const { url, event } = JSON.parse(task.inputJson) as { url: string; event: string };
  const result = task.resultJson === undefined ? undefined : JSON.parse(task.resultJson);
  return {
    delivery_id: task.id,
    url,
    event,
    status: task.status,
    attempts: task.attempts,
    max_attempts: task.maxAttempts,
    created_at: instantOf(task.createdMs),
    finished_at: task.finishedMs === undefined ? undefined : instantOf(task.finishedMs),
    next_attempt_at: task.status === "delayed" && task.runAtMs !== undefined
      ? instantOf(task.runAtMs)
      : undefined,
    status_code: (result as { status_code?: number } | undefined)?.status_code,
    error: task.error,
  };
}
