import { z } from "@hono/zod-openapi";
import type { Limit, LimitState } from "../../queue/port.ts";
import { key } from "./common.ts";

export const limitKey = key.openapi({
  description:
    "Percent-encoded in a path. `type:<type>`, `brand:<brand>`, `host:<host>` or one of `limit_keys`",
  example: "brand:halilit",
});

const rate = z.strictObject({
  count: z.int().min(1).max(10_000),
  per_s: z.number().min(0.1).max(86_400),
}).openapi("Rate", { description: "At most `count` starts in any `per_s` seconds" });

const bounds = {
  concurrency: z.int().min(1).max(100_000).optional().openapi({
    description: "Tasks of the key that may run at once",
  }),
  rate: rate.optional(),
};

export const newLimit = z.strictObject(bounds)
  .refine((l) => l.concurrency !== undefined || l.rate !== undefined, "must have concurrency, rate or both")
  .openapi("NewLimit", { example: { concurrency: 4, rate: { count: 10, per_s: 60 } } });

export const limitSchema = z.object({
  key: z.string(),
  ...bounds,
  paused: z.boolean(),
  running: z.int().openapi({ description: "Tasks of the key that run now" }),
}).openapi("Limit");

export const limitList = z.object({
  limits: z.array(limitSchema).openapi({ description: "Keys that have a limit or are paused, by key" }),
}).openapi("LimitList");

export const removedLimit = z.object({ key: z.string(), removed: z.literal(true) }).openapi("RemovedLimit");

export function limitOf(key: string, { concurrency, rate }: z.output<typeof newLimit>): Limit {
  return {
    key,
    concurrency,
    rate: rate === undefined ? undefined : { count: rate.count, perMs: rate.per_s * 1000 },
  };
}

export function limitBody(
  { key, concurrency, rate, paused, running }: LimitState,
): z.input<typeof limitSchema> {
  return {
    key,
    concurrency,
    rate: rate === undefined ? undefined : { count: rate.count, per_s: rate.perMs / 1000 },
    paused,
    running,
  };
}
