import { z } from "@hono/zod-openapi";
import { ID_PATTERN, ID_RULE } from "../../platform/ids.ts";
import { TASK_STATUSES } from "../../queue/task.ts";

/** Fields that several routes share. Ids are held to their pattern: Hono decodes `%2f`, `%00` and `%0d%0a` in paths. */

export const taskId = z.string().regex(ID_PATTERN, ID_RULE)
  .openapi({ example: "scrape_halilit_1735230772.123-0000k3v9x2mq" });

export const batchId = z.string().regex(ID_PATTERN, ID_RULE)
  .openapi({ example: "batch_4m1c8w0z7h2t5kxq" });

export const scheduleId = z.string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/, "must match [A-Za-z0-9._-]{1,64} and be neither . nor ..")
  .openapi({ example: "nightly-sync" });

export const taskType = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, "must match [a-z][a-z0-9_.-]{0,63}")
  .openapi({
    description: "Built in: `scrape`, `map`, `test`, `webhook`; your own come from TASKS_DIR",
    example: "scrape",
  });

/**
 * The rule `[^\p{C}]` for the document, without `\p`, which half of the languages that read it do not know, or know under
 * a flag that the generator of ours writes into the pattern (`/u`).
 */
export function printable(maxChars: number): string {
  return `^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ue000-\\uf8ff\\ufeff]{1,${maxChars}}$`;
}

const label = z.string().regex(/^[^\p{C}]{1,64}$/u, "must be 1 to 64 characters, none a control character")
  .openapi({ pattern: printable(64) });
export const brand = label.openapi({ description: "Whose task it is; part of its id", example: "halilit" });
export const tag = label.openapi({ description: "A word of yours, to find tasks by", example: "nightly" });
/** A tag the service may have made of an id (`webhook:<task_id>`), so longer than one of a caller's. */
export const anyTag = z.string().regex(
  /^[^\p{C}]{1,128}$/u,
  "must be 1 to 128 characters, none a control character",
)
  .openapi({ pattern: printable(128), description: "One of its tags", example: "nightly" });
export const tags = z.array(tag).max(20).openapi({ example: ["nightly"] });

/** What limits, pauses, turns and dedup go by: any word of the caller's. */
export const key = z.string().regex(
  /^[^\p{C}]{1,128}$/u,
  "must be 1 to 128 characters, none a control character",
)
  .openapi({ pattern: printable(128) });

/** Whether its scheme and address may be fetched is `checkUrl`'s to say, with a code of its own. */
export const absoluteUrl = z.string().max(8192)
  .refine((text) => URL.canParse(text), "must be an absolute URL").openapi({ format: "uri" });

export const priority = z.int().min(0).max(10)
  .openapi({ description: "Higher runs sooner. Default 5", example: 5 });
export const maxAttempts = z.int().min(1).max(100)
  .openapi({ description: "Attempts before it has failed. Default: the type's, else TASK_MAX_ATTEMPTS" });
export const timeoutMs = z.int().min(100).max(86_400_000)
  .openapi({ description: "Run time of one attempt. Default: the type's, else TASK_TIMEOUT_MS" });

export const taskStatus = z.enum(TASK_STATUSES).openapi("TaskStatus", {
  description: "A task waiting for its time, its next attempt or other tasks is `delayed`. `failed` is final",
});

export const statusCounts = z.object({
  queued: z.int(),
  delayed: z.int(),
  running: z.int(),
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
}).openapi("StatusCounts");

export const instant = z.string().openapi({ format: "date-time", example: "2024-12-26T16:32:52.123Z" });

/** A time a caller names, as unix milliseconds. In a query string a `+` of its offset is written `%2B`. */
export function givenInstant(description: string) {
  return z.iso.datetime({ offset: true, message: "must be an RFC 3339 time" }).transform((text) =>
    Date.parse(text)
  )
    .openapi({ type: "string", format: "date-time", description, example: "2026-11-24T06:00:00Z" });
}

/** A whole number in a query string. */
export function wholeQuery(min: number, max: number, fallback: number, description: string) {
  return z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number)
    .pipe(z.int().min(min).max(max)).default(fallback)
    .openapi({ type: "integer", minimum: min, maximum: max, default: fallback, description });
}

/** A number, fractions allowed, in a query string. */
export function numberQuery(min: number, max: number, fallback: number, description: string) {
  return z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, "must be a number").transform(Number)
    .pipe(z.number().min(min).max(max)).default(fallback)
    .openapi({ type: "number", minimum: min, maximum: max, default: fallback, description });
}

/** `true` or `false` in a query string. */
export function flagQuery(description: string) {
  return z.enum(["true", "false"]).transform((text) => text === "true").default(false)
    .openapi({ type: "boolean", enum: [true, false], default: false, description });
}

export const pageLimit = wholeQuery(1, 200, 50, "Most tasks on one page");

export const cursor = z.string().regex(/^[A-Za-z0-9._~=-]{1,512}$/, "is not a cursor of this service")
  .openapi({ description: "From `next` of the page before" });

export const nextLink = z.string().nullable().openapi({
  description: "Path and query of the next page, to be sent to the same host; null after the last",
  example: "/api/tasks?limit=50&cursor=MTIz",
});

/**
 * The header of the routes that create. Documented here, read and checked by `acceptOptionsOf`: a validator of its own
 * would gather every header of every request.
 */
export const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "For a day, the same key with the same request replays the first answer (`Idempotency-Replayed: true`) and " +
    "creates nothing; with another request it is a conflict",
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
} as const;

/** RFC 3339 text of unix milliseconds. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
