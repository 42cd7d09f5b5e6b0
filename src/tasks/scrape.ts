import { z } from "zod";
import { bareHost } from "../platform/host_exceptions.ts";
import { fieldSchema, selectorSchema } from "../sandbox/field_schema.ts";
import { pageSchema } from "../sandbox/page_schema.ts";
import type { ScrapeRequest, ScrapeResult } from "../scraping/port.ts";
import { defineTask, type TaskDefinition } from "./define.ts";
import { fieldsGoWithJson, ifChangedFrom, pageUrl, scrapeOptions } from "./scrape_options.ts";

/** What a scrape is asked with. Plain zod, so that the OpenAPI document can show it too. */
export const scrapeInput = fieldsGoWithJson(z.strictObject({
  url: pageUrl.describe("The page"),
  brand: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "must be 1 to 64 letters, digits, '_', '.' or '-'")
    .optional()
    .describe("Whose page it is; a label to find and invalidate by"),
  ...scrapeOptions,
  if_changed_from: ifChangedFrom,
  brand_fields: fieldSchema.optional()
    .describe("Given as `fields`, whatever the formats; wins over those of the brand's profile"),
  next_selector: selectorSchema.optional()
    .describe(
      "CSS selector of the link to the next page of a listing; wins over that of the brand's profile",
    ),
}));

/** What a scrape answers. */
export const scrapeOutput = z.object({
  url: z.string(),
  final_url: z.string(),
  status_code: z.int(),
  fetched_at: z.string(),
  from_cache: z.boolean(),
  age_s: z.number(),
  not_modified: z.boolean().optional(),
  stale: z.boolean().optional(),
  redirects: z.array(z.string()),
  ...pageSchema.shape,
  content_type: z.string().optional(),
  content_hash: z.string().max(128).optional(),
  size_bytes: z.int(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
  body_sha256: z.string().optional(),
  rendered: z.boolean().optional(),
  screenshot_png: z.string().optional(),
  timings: z.object({ fetch_ms: z.number(), extract_ms: z.number() }),
});

export interface ScrapeTaskDeps {
  /** `scrapePage` with its dependencies. The main isolate, which only needs the schemas, gives one that throws. */
  scrape(request: ScrapeRequest, options: { signal: AbortSignal; taskId: string }): Promise<ScrapeResult>;
  /** Whether a page is to be indexed, where the service has search. Asked where tasks are accepted. @default never */
  isIndexed?(input: { url: string; index?: boolean }, brand: string | undefined): boolean;
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
    followUp: (input, { brand }) => deps.isIndexed?.(input, input.brand ?? brand) ? "index" : undefined,
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
        fields: input.fields,
        staleOkS: input.stale_ok_s,
        ifChangedFrom: input.if_changed_from,
        render: input.render,
        screenshot: input.screenshot,
        index: input.index,
        cache: input.cache,
        brandFields: input.brand_fields,
        nextSelector: input.next_selector,
      }, { signal: ctx.signal, taskId: ctx.taskId }),
  });
}
