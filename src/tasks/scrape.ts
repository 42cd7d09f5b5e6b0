import { z } from "zod";
import { bareHost } from "../platform/host_exceptions.ts";
import { pageSchema } from "../sandbox/page_schema.ts";
import { PAGE_FORMATS } from "../sandbox/port.ts";
import type { ScrapeRequest, ScrapeResult } from "../scraping/port.ts";
import { defineTask, type TaskDefinition } from "./define.ts";

const MAX_URL_CHARS = 8192;
/** Headers a caller may send: what asks for a language or a variant, and what a site's own login needs. */
const HEADER_NAMES = ["accept", "accept-language", "authorization", "cookie", "referer"] as const;

const pageUrl = z.string().max(MAX_URL_CHARS).refine(
  (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
  "must be an absolute http or https URL",
);

/** What a scrape is asked with. Plain zod, so that the OpenAPI document can show it too. */
export const scrapeInput = z.strictObject({
  url: pageUrl.describe("The page"),
  brand: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "must be 1 to 64 letters, digits, '_', '.' or '-'")
    .optional()
    .describe("Whose page it is; a label to find and invalidate by"),
  formats: z.array(z.enum(PAGE_FORMATS)).min(1).max(PAGE_FORMATS.length).optional()
    .describe("What to extract; markdown, links, metadata and product where absent"),
  max_age_s: z.int().min(0).max(604_800).optional()
    .describe(
      "A kept copy no older than this is answered without a fetch; 0 (the default) always asks the site",
    ),
  respect_robots: z.boolean().optional().describe("Obey robots.txt; true where absent"),
  headers: z.partialRecord(
    z.enum(HEADER_NAMES),
    z.string().regex(/^[\x20-\x7e]{0,4096}$/, "must be printable ASCII"),
  )
    .optional().describe("Headers to send, lower-case names"),
  timeout_ms: z.int().min(100).max(600_000).optional().describe("Shorter limit than the service's"),
  max_bytes: z.int().min(1024).max(256 * 1024 * 1024).optional().describe("Smaller limit than the service's"),
});

/** What a scrape answers. */
export const scrapeOutput = z.object({
  url: z.string(),
  final_url: z.string(),
  status_code: z.int(),
  fetched_at: z.string(),
  from_cache: z.boolean(),
  age_s: z.number(),
  not_modified: z.boolean().optional(),
  redirects: z.array(z.string()),
  ...pageSchema.shape,
  size_bytes: z.int(),
  timings: z.object({ fetch_ms: z.number(), extract_ms: z.number() }),
});

export interface ScrapeTaskDeps {
  /** `scrapePage` with its dependencies. The main isolate, which only needs the schemas, gives one that throws. */
  scrape(request: ScrapeRequest, options: { signal: AbortSignal }): Promise<ScrapeResult>;
  /** The settings' SCRAPE_TIMEOUT_MS. */
  timeoutMs: number;
}

/** After the scrape's own deadline, which knows better what went wrong than the pool's. */
const WIND_UP_MS = 5000;

/** One page, fetched politely and read in a sandbox: Markdown, links, metadata, product data. */
export function createScrapeTask(
  deps: ScrapeTaskDeps,
): TaskDefinition<typeof scrapeInput, typeof scrapeOutput> {
  return defineTask({
    name: "scrape",
    input: scrapeInput,
    output: scrapeOutput,
    isolation: "thread",
    load: "io",
    timeoutMs: deps.timeoutMs + WIND_UP_MS,
    limitKeys: ({ url }) => [`host:${bareHost(new URL(url))}`],
    run: (input, ctx) =>
      deps.scrape({
        url: input.url,
        brand: input.brand ?? ctx.brand,
        formats: input.formats,
        maxAgeS: input.max_age_s,
        respectRobots: input.respect_robots,
        headers: input.headers as Record<string, string> | undefined,
        timeoutMs: input.timeout_ms,
        maxBytes: input.max_bytes,
      }, { signal: ctx.signal }),
  });
}
