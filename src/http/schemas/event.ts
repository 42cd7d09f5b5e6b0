import { z } from "@hono/zod-openapi";
import type { TaskEvent } from "../../queue/service_port.ts";
import { batchId, brand, instant, instantOf, taskId, taskStatus, taskType } from "./common.ts";

/** An event as JSON text: the fields of a task that tell what has become of it, and when. */
export function taskEventJson(event: TaskEvent): string {
  return JSON.stringify({
    task_id: event.taskId,
    type: event.type,
    status: event.status,
    attempts: event.attempt,
    brand: event.brand,
    batch_id: event.batchId,
    at: instantOf(event.atMs),
    progress: event.progress,
    error: event.error,
    wait_ms: event.waitMs,
    run_ms: event.runMs,
    request_id: event.requestId,
  });
}

/** What resumes a stream, for clients that cannot set the header. */
export const lastEventIdQuery = z.string().optional().openapi({
  description: "As the header `Last-Event-ID`, which goes before it",
});

/** The header of a client that comes back. Read by the routes: a validator would gather every header. */
export const lastEventIdHeader = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description:
    "The `id` of the last message received: the stream goes on after it. One that is too old, of an " +
    "earlier process or unknown gets the present state first",
  schema: { type: "string" },
} as const;

export const eventStream = z.string().openapi({
  description: "Server-sent events; `data` is JSON",
  example:
    'id: 7m2k9xq1d8w3-17\nevent: progress\ndata: {"task_id":"…","status":"running","progress":{"done":3,"total":9}}\n\n',
});

export const timelineSchema = z.object({
  events: z.array(z.object({
    task_id: taskId,
    type: taskType,
    status: taskStatus,
    attempts: z.int(),
    brand: brand.optional(),
    batch_id: batchId.optional(),
    at: instant,
    progress: z.object({ done: z.number(), total: z.number(), message: z.string().optional() }).optional(),
    error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    wait_ms: z.number().optional(),
    run_ms: z.number().optional(),
    request_id: z.string().optional(),
  })),
  complete: z.boolean().openapi({ description: "They go back to when it was accepted" }),
}).openapi("Timeline");
