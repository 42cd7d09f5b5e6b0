import { z } from "@hono/zod-openapi";
import type { BulkTaskAnswer, BulkTaskRequest } from "../../queue/service_port.ts";
import {
  anyTag,
  batchId,
  brand,
  cursor,
  flagQuery,
  givenInstant,
  pageLimit,
  priority,
  taskStatus,
  taskType,
} from "./common.ts";

/** What names many tasks at once; every condition given must hold. */
const conditions = {
  status: taskStatus.optional(),
  type: taskType.optional(),
  brand: brand.optional(),
  tag: anyTag.optional(),
  batch_id: batchId.optional(),
  created_after: givenInstant("Accepted at this time or later").optional(),
  created_before: givenInstant("Accepted before this time").optional(),
};

type Conditions = Partial<z.output<z.ZodObject<typeof conditions>>>;

export const taskQuery = z.object({ ...conditions, limit: pageLimit, cursor: cursor.optional() });

/** Strict, as a misspelt condition would be no condition: everything that failed would run again. */
export const retryQuery = z.strictObject({
  ...conditions,
  status: z.enum(["failed", "cancelled"]).default("failed").openapi({ description: "Which to run again" }),
  dry_run: flagQuery("Only count"),
});

export const bulkRequest = z.strictObject({
  action: z.enum(["cancel", "retry", "purge", "set_priority"]).openapi({
    description:
      "`cancel`: what has not ended. `retry`: what failed or was cancelled. `purge`: forget what has ended. " +
      "`set_priority`: of what has not ended",
  }),
  filter: z.strictObject(conditions)
    .refine((f) => Object.values(f).some((value) => value !== undefined), "must have at least one condition")
    .openapi("TaskFilter", {
      description: "Which tasks. Every condition given must hold; at least one is needed",
    }),
  priority: priority.optional().openapi({ description: "For `set_priority`, which needs it" }),
  dry_run: z.boolean().default(false).openapi({ description: "Only count" }),
}).refine((b) => (b.action === "set_priority") === (b.priority !== undefined), {
  path: ["priority"],
  message: "goes with action 'set_priority', and 'set_priority' with it",
}).openapi("BulkRequest", {
  example: { action: "cancel", filter: { brand: "halilit", status: "queued" }, dry_run: true },
});

export const bulkAnswer = z.object({
  matched: z.int().openapi({ description: "Tasks the filter names" }),
  changed: z.int().openapi({
    description: "Those the action changed, or would change: whose status lets it have them",
  }),
  dry_run: z.boolean(),
}).openapi("BulkAnswer");

const ACTIONS = {
  cancel: "cancel",
  retry: "retry",
  purge: "remove",
  set_priority: "reprioritize",
} as const satisfies Record<z.output<typeof bulkRequest>["action"], BulkTaskRequest["action"]>;

export function filterOf(c: Conditions): BulkTaskRequest["filter"] {
  return {
    status: c.status,
    type: c.type,
    brand: c.brand,
    tag: c.tag,
    batchId: c.batch_id,
    createdFromMs: c.created_after,
    createdBeforeMs: c.created_before,
  };
}

export function bulkRequestOf(body: z.output<typeof bulkRequest>): BulkTaskRequest {
  return {
    action: ACTIONS[body.action],
    filter: filterOf(body.filter),
    priority: body.priority,
    dryRun: body.dry_run,
  };
}

export function bulkBody(answer: BulkTaskAnswer, dryRun: boolean): z.input<typeof bulkAnswer> {
  return { matched: answer.matched, changed: answer.changed, dry_run: dryRun };
}
