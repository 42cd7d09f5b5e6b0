import { z } from "@hono/zod-openapi";
import type { StoredBatch } from "../../queue/port.ts";
import { batchId, brand, instant, instantOf, nextLink, statusCounts, taskId } from "./common.ts";
import { taskSchema } from "./task.ts";

const batchStatus = z.enum(["queued", "running", "completed", "failed", "cancelled"]).openapi("BatchStatus", {
  description:
    "`completed`: all have ended, at least one well. `failed`: all have ended, none well, at least one " +
    "failed. `cancelled`: all were cancelled. What became of each is in `counts`",
});

export const batchSchema = z.object({
  batch_id: batchId,
  status: batchStatus,
  total: z.int(),
  counts: statusCounts,
  progress: z.object({ done: z.int(), total: z.int() }).openapi({
    description: "Tasks that have ended, of all",
  }),
  max_concurrent: z.int(),
  brand: brand.optional(),
  created_at: instant,
  finished_at: instant.optional(),
  on_complete_task_id: taskId.optional().openapi({ description: "Runs once all of its tasks have ended" }),
}).openapi("Batch");

export const batchList = z.object({ batches: z.array(batchSchema), next: nextLink }).openapi("BatchList");

export const batchResults = z.object({
  results: z.array(taskSchema).openapi({ description: "Tasks in the order they were given" }),
  next: nextLink,
}).openapi("BatchResults");

export const cancelledBatch = z.object({
  batch_id: batchId,
  cancelled: z.int().openapi({ description: "Had not begun; will not" }),
  cancelling: z.int().openapi({ description: "Were running and are being stopped" }),
}).openapi("CancelledBatch");

export function batchBody(batch: StoredBatch): z.input<typeof batchSchema> {
  return {
    batch_id: batch.id,
    status: statusOf(batch),
    total: batch.total,
    counts: batch.counts,
    progress: { done: endedOf(batch), total: batch.total },
    max_concurrent: batch.maxConcurrent,
    brand: batch.brand,
    created_at: instantOf(batch.createdMs),
    finished_at: batch.finishedMs === undefined ? undefined : instantOf(batch.finishedMs),
    on_complete_task_id: batch.onCompleteTaskId,
  };
}

function endedOf({ counts }: StoredBatch): number {
  return counts.completed + counts.failed + counts.cancelled;
}

function statusOf(batch: StoredBatch): z.output<typeof batchStatus> {
  const { counts, total } = batch;
  const ended = endedOf(batch);
  if (ended < total) return ended > 0 || counts.running > 0 ? "running" : "queued";
  if (counts.completed > 0) return "completed";
  return counts.failed > 0 ? "failed" : "cancelled";
}
