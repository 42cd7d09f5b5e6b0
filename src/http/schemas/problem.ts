import { z } from "@hono/zod-openapi";
import { PROBLEM_STATUS, type ProblemCode, TASK_ERROR_CODES } from "../../platform/errors.ts";

const CODES = Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]];

export const problemSchema = z.object({
  type: z.string().openapi({
    description: "Names the kind of problem",
    example: "urn:tutti:problem:not_found",
  }),
  title: z.string().openapi({ description: "The same for every occurrence of a code" }),
  status: z.int().openapi({ example: 404 }),
  detail: z.string().openapi({ description: "What happened, and what helps" }),
  code: z.enum(CODES).openapi({ description: "Stable: decide by this", example: "not_found" }),
  request_id: z.string().openapi({ example: "req_7v2m4k9xq1d8w3ba" }),
  errors: z.array(z.object({
    path: z.string().openapi({ description: "Dotted; empty for the whole request", example: "urls.3" }),
    message: z.string(),
  })).optional(),
  task_id: z.string().optional().openapi({
    description: "The task that was waited for",
    example: "scrape_none_1735230772.123-0000k3v9x2mq",
  }),
  task_error: z.object({
    code: z.enum(TASK_ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    retry_after_s: z.number().optional(),
    status_code: z.int().optional(),
  }).optional().openapi({ description: "How that task failed" }),
}).openapi("Problem", { description: "RFC 9457 problem document" });

const MEANINGS: Record<ProblemCode, string> = {
  invalid_request: "`invalid_request`: a field is wrong; `errors` names each",
  blocked_address: "`blocked_address`: the URL is not publicly routable",
  not_json: "`not_json`: the body is not JSON",
  unsupported_media_type: "`unsupported_media_type`: send `application/json`",
  body_too_large: "`body_too_large`: beyond BODY_MAX_BYTES",
  request_timeout: "`request_timeout`: the body did not arrive within BODY_TIMEOUT_MS",
  unauthorized: "`unauthorized`: an API key is needed",
  forbidden: "`forbidden`: refused by protected mode",
  not_found: "`not_found`: there is no such thing",
  method_not_allowed: "`method_not_allowed`: see `Allow`",
  conflict:
    "`conflict`: its state does not let it (it has ended, or has not), its id is taken, another task of its dedup " +
    "key waits or runs, or the idempotency key was used with another request",
  rate_limited: "`rate_limited`: see `Retry-After`",
  queue_full: "`queue_full`: QUEUE_MAX_LENGTH tasks are waiting; see `Retry-After`",
  unavailable: "`unavailable`: stopping, or a dependency is down",
  storage_full: "`storage_full`: the disk is full",
  scrape_failed:
    "`scrape_failed`: the page could not be had; `task_error` says why, `detail` the site's status",
  deadline_exceeded: "`deadline_exceeded`: it had not ended by `deadline_ms`, and is cancelled",
  internal: "`internal`: the log has the reason under the request id",
};

/** The error answers of a route, by status; codes that share one share its entry. */
export function problems(codes: readonly ProblemCode[]) {
  const byStatus: Record<
    number,
    { description: string; content: Record<string, { schema: typeof problemSchema }> }
  > = {};
  for (const code of codes) {
    const entry = byStatus[PROBLEM_STATUS[code]] ??= {
      description: "",
      content: { "application/problem+json": { schema: problemSchema } },
    };
    entry.description += (entry.description === "" ? "" : "; ") + MEANINGS[code];
  }
  return byStatus;
}
