import { z } from "@hono/zod-openapi";
import { PAGE_FORMATS } from "../../sandbox/port.ts";
import { absoluteUrl } from "./common.ts";
import { batchOptions } from "./new_batch.ts";
import { taskOptions, withOneStart } from "./task_options.ts";

const pageUrl = absoluteUrl.openapi({ example: "https://example.com/products/stage-piano-88" });

/** What asks for a language or a variant, and what a site's own login needs; the rest is the fetcher's business. */
const HEADER_NAMES = ["accept", "accept-language", "authorization", "cookie", "referer"] as const;

const fetchOptions = {
  formats: z.array(z.enum(PAGE_FORMATS)).min(1).max(PAGE_FORMATS.length).optional()
    .openapi({ description: "What to extract. Default: markdown, links, metadata, product" }),
  max_age_s: z.int().min(0).max(604_800).optional()
    .openapi({
      description:
        "A page fetched no longer ago than this is taken from the cache. Default 0: always fetched",
    }),
  respect_robots: z.boolean().optional().openapi({ description: "Obey robots.txt. Default true" }),
  headers: z.partialRecord(
    z.enum(HEADER_NAMES),
    z.string().regex(/^[\x20-\x7e]{0,4096}$/, "must be printable ASCII"),
  ).optional().openapi({
    description: `Sent with the request, lower-case names: ${
      HEADER_NAMES.join(", ")
    }. Credentials are dropped across origins`,
  }),
  max_bytes: z.int().min(1024).max(268_435_456).optional()
    .openapi({ description: "Largest page, decoded. Default SCRAPE_MAX_BYTES, which it cannot exceed" }),
};

/** The scrape's own limit, which knows what took so long; the attempt's follows it a little later. */
const scrapeTimeoutMs = z.int().min(100).max(600_000).optional()
  .openapi({ description: "Limit for one attempt. Default SCRAPE_TIMEOUT_MS" });
const WIND_UP_MS = 5000;

export function attemptTimeoutMs(scrapeTimeout: number | undefined): number | undefined {
  return scrapeTimeout === undefined ? undefined : scrapeTimeout + WIND_UP_MS;
}

type FetchOptions = z.output<z.ZodObject<typeof fetchOptions>>;

export const newScrape = withOneStart(
  z.strictObject({ url: pageUrl, ...fetchOptions, ...taskOptions, timeout_ms: scrapeTimeoutMs }),
)
  .openapi("NewScrape", {
    example: { url: "https://example.com/products/stage-piano-88", brand: "halilit", priority: 5 },
  });

export const newScrapeBatch = z.strictObject({
  urls: z.array(z.string()).min(1).max(10_000).openapi({
    example: ["https://example.com/a", "https://example.com/b"],
  }),
  ignore_invalid: z.boolean().default(false)
    .openapi({
      description: "Leave bad URLs out and list them in `invalid_urls`, instead of refusing the batch",
    }),
  ...fetchOptions,
  ...batchOptions,
  timeout_ms: scrapeTimeoutMs,
}).openapi("NewScrapeBatch", {
  example: {
    urls: ["https://example.com/products/stage-piano-88", "https://example.com/products/drum-mixer"],
    brand: "halilit",
    max_concurrent: 5,
  },
});

/** The input of a scrape task: what was asked for, nothing filled in (the task's own schema has the defaults). */
export function scrapeInputOf(
  url: string,
  options: FetchOptions & { timeout_ms?: number },
): Record<string, unknown> {
  const input: Record<string, unknown> = { url };
  if (options.timeout_ms !== undefined) input.timeout_ms = options.timeout_ms;
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
