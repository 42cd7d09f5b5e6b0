import { z } from "@hono/zod-openapi";
import { PAGE_FORMATS } from "../../sandbox/port.ts";
import { batchId, brand, maxAttempts, priority, tags, taskId, timeoutMs } from "./common.ts";
import { taskOptions, withOneStart } from "./task.ts";

/** Whether its scheme and address may be fetched is `checkUrl`'s to say, with a code of its own. */
const pageUrl = z.string().max(8192).refine((text) => URL.canParse(text), "must be an absolute URL")
  .openapi({ format: "uri", example: "https://example.com/products/stage-piano-88" });

/** Headers of a connection are the fetcher's business, not the caller's. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "host",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

const fetchOptions = {
  formats: z.array(z.enum(PAGE_FORMATS)).min(1).max(PAGE_FORMATS.length).optional()
    .openapi({ description: "What to extract. Default: markdown, links, metadata, product" }),
  max_age_s: z.number().min(0).max(31_536_000).optional()
    .openapi({
      description: "A page fetched no longer ago than this is taken from the cache; 0 fetches anew",
    }),
  respect_robots: z.boolean().optional().openapi({ description: "Obey robots.txt. Default true" }),
  headers: z.record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, "is not a header name")
      .refine((name) => !CONNECTION_HEADERS.has(name.toLowerCase()), "is set by the service"),
    z.string().regex(/^[\x20-\x7e]{0,4096}$/, "must be printable ASCII"),
  ).refine((all) => Object.keys(all).length <= 32, "must be at most 32 headers").optional()
    .openapi({ description: "Sent with the first request; credentials are dropped across origins" }),
  max_bytes: z.int().min(1024).max(268_435_456).optional()
    .openapi({ description: "Largest page, decoded. Default SCRAPE_MAX_BYTES, which it cannot exceed" }),
};

type FetchOptions = z.output<z.ZodObject<typeof fetchOptions>>;

export const newScrape = withOneStart(z.strictObject({ url: pageUrl, ...fetchOptions, ...taskOptions }))
  .openapi("NewScrape", {
    example: { url: "https://example.com/products/stage-piano-88", brand: "halilit", priority: 5 },
  });

export const newBatch = z.strictObject({
  urls: z.array(z.string()).min(1).max(10_000).openapi({
    example: ["https://example.com/a", "https://example.com/b"],
  }),
  max_concurrent: z.int().min(1).max(1000).default(5)
    .openapi({ description: "Pages of this batch that may run at once" }),
  ignore_invalid: z.boolean().default(false)
    .openapi({
      description: "Leave bad URLs out and list them in `invalid_urls`, instead of refusing the batch",
    }),
  ...fetchOptions,
  brand: brand.optional(),
  priority: priority.optional(),
  tags: tags.optional(),
  max_attempts: maxAttempts.optional(),
  timeout_ms: timeoutMs.optional(),
}).openapi("NewBatch");

export const acceptedBatch = z.object({
  batch_id: batchId,
  status: z.literal("queued"),
  total: z.int().openapi({ description: "Tasks accepted" }),
  task_ids: z.array(taskId).openapi({ description: "In the order of the URLs" }),
  invalid_urls: z.array(z.object({
    index: z.int().openapi({ description: "Place in `urls`" }),
    url: z.string(),
    code: z.enum(["invalid_request", "blocked_address"]),
    message: z.string(),
  })),
}).openapi("AcceptedBatch");

/** The input of a scrape task: what was asked for, nothing filled in (the task's own schema has the defaults). */
export function scrapeInputOf(url: string, options: FetchOptions): Record<string, unknown> {
  const input: Record<string, unknown> = { url };
  for (const name of Object.keys(fetchOptions) as (keyof FetchOptions)[]) {
    if (options[name] !== undefined) input[name] = options[name];
  }
  return input;
}

/** Why `text` is no URL to scrape, or undefined. */
export function urlFault(text: string): string | undefined {
  const parsed = pageUrl.safeParse(text);
  return parsed.success ? undefined : parsed.error.issues[0]!.message;
}
