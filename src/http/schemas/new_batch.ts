import { z } from "@hono/zod-openapi";
import type { AcceptedBatch, BatchRequest } from "../../queue/service_port.ts";
import { batchId, taskId, taskType } from "./common.ts";
import { batchWebhook, onComplete, optionsOf, sharedOptions, taskRequestOf } from "./task_options.ts";

/** Options every route that creates a batch takes; those of a task hold for each of its tasks. */
export const batchOptions = {
  max_concurrent: z.int().min(1).max(1000).default(5)
    .openapi({ description: "Tasks of this batch that may run at once" }),
  ...sharedOptions,
  on_complete: onComplete.optional(),
  webhook: batchWebhook.optional(),
};

export const newBatch = z.strictObject({
  type: taskType,
  inputs: z.array(z.unknown()).min(1).max(10_000).openapi({
    description: "One task each; what the type's input schema takes",
  }),
  ...batchOptions,
}).openapi("NewBatch", {
  example: { type: "test", inputs: [{ delay_s: 0.1 }, { delay_s: 0.2 }], max_concurrent: 2 },
});

type Options = z.output<z.ZodObject<typeof batchOptions>>;

/** Snake case and seconds of the wire to the words of the queue. */
export function batchOptionsOf(o: Options): Omit<BatchRequest, "type" | "inputs"> {
  const { priority, maxAttempts, backoff, timeoutMs, tags, brand, expiresInS, fairnessKey, limitKeys } =
    optionsOf({
      ...o,
      webhook: undefined,
    });
  return {
    maxConcurrent: o.max_concurrent,
    priority,
    brand,
    tags,
    maxAttempts,
    timeoutMs,
    backoff,
    expiresInS,
    fairnessKey,
    limitKeys,
    onComplete: o.on_complete === undefined ? undefined : taskRequestOf(o.on_complete),
    webhook: o.webhook,
  };
}

const accepted = {
  batch_id: batchId,
  status: z.literal("queued"),
  total: z.int().openapi({ description: "Tasks accepted" }),
  task_ids: z.array(taskId).openapi({ description: "In the order they were given" }),
  on_complete_task_id: taskId.optional().openapi({ description: "The task of `on_complete`" }),
};

export const acceptedBatch = z.object(accepted).openapi("AcceptedBatch");

export const acceptedScrapeBatch = z.object({
  ...accepted,
  invalid_urls: z.array(z.object({
    index: z.int().openapi({ description: "Place in `urls`" }),
    url: z.string(),
    code: z.enum(["invalid_request", "blocked_address"]),
    message: z.string(),
  })),
}).openapi("AcceptedScrapeBatch");

export function acceptedBatchBody(batch: AcceptedBatch): z.input<typeof acceptedBatch> {
  return {
    batch_id: batch.batchId,
    status: "queued",
    total: batch.taskIds.length,
    task_ids: batch.taskIds,
    on_complete_task_id: batch.onCompleteTaskId,
  };
}
