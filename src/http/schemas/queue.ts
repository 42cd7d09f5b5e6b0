import { z } from "@hono/zod-openapi";
import type { QueueStatus } from "../../queue/service_port.ts";
import type { PoolStatus } from "../../workers/port.ts";
import { statusCounts, taskType } from "./common.ts";
import { limitKey } from "./limit.ts";

export const queueStatusSchema = z.object({
  running: z.boolean().openapi({ description: "The dispatcher runs" }),
  workers: z.int(),
  busy: z.int().openapi({ description: "Workers with a task in hand" }),
  paused: z.boolean().openapi({ description: "The queue as a whole" }),
  paused_keys: z.array(z.string()).openapi({ description: "Keys that are paused by themselves" }),
  counts: statusCounts,
  accepted: z.int().openapi({ description: "Always the sum of `counts`" }),
  removed: z.int().openapi({
    description: "Ended tasks that were forgotten; they are no longer in `accepted`",
  }),
  recovered: z.int().openapi({ description: "Tasks of a process that had died, put back at the start" }),
  oldest_queued_s: z.number().nullable(),
  throughput_per_s: z.number().openapi({ description: "Tasks ended, over the last minute" }),
  types: z.record(z.string(), statusCounts),
}).openapi("QueueStatus");

export function queueStatusBody(status: QueueStatus): z.input<typeof queueStatusSchema> {
  return {
    running: status.running,
    workers: status.workers,
    busy: status.busy,
    paused: status.paused,
    paused_keys: status.pausedKeys,
    counts: status.counts,
    accepted: status.accepted,
    removed: status.removed,
    recovered: status.recovered,
    oldest_queued_s: status.oldestQueuedS,
    throughput_per_s: status.throughputPerS,
    types: status.byType,
  };
}

/** What a pause or a resume is about; without a body, the whole queue. */
export const pauseScope = z.strictObject({ key: limitKey.optional(), type: taskType.optional() })
  .refine((s) => (s.key === undefined) !== (s.type === undefined), "must have either key or type")
  .openapi("PauseScope", {
    description: "Tasks of this key only, or of this type, which is the key `type:<type>`",
    example: { key: "brand:halilit" },
  });

export function pausedKeyOf(scope: z.output<typeof pauseScope> | undefined): string | undefined {
  return scope?.type === undefined ? scope?.key : `type:${scope.type}`;
}

export const workersPatch = z.strictObject({ count: z.int().min(1).max(64) })
  .openapi("WorkersPatch", { example: { count: 8 } });

export const poolStatusSchema = z.object({
  workers: z.int().openapi({ description: "Wanted" }),
  alive: z.int(),
  busy: z.int(),
  in_hand: z.int().openapi({ description: "Tasks running" }),
  replaced: z.int().openapi({
    description: "Workers and sandbox processes replaced because they died or hung",
  }),
  abandoned: z.int().openapi({ description: "Threads that could not be stopped and still hold a core" }),
  sandboxes: z.object({ alive: z.int(), killed: z.int() }),
}).openapi("WorkersStatus");

export function poolStatusBody(status: PoolStatus): z.input<typeof poolStatusSchema> {
  return {
    workers: status.workers,
    alive: status.alive,
    busy: status.busy,
    in_hand: status.inHand,
    replaced: status.replaced,
    abandoned: status.abandoned,
    sandboxes: { alive: status.sandboxes.alive, killed: status.sandboxes.killed },
  };
}
