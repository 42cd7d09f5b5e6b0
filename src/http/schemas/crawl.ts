import { z } from "@hono/zod-openapi";
import {
  type CrawlPage,
  type CrawlRequest,
  type CrawlState,
  PAGE_CHANGES,
  PAGE_STATES,
} from "../../crawl/port.ts";
import { ID_RULE } from "../../platform/ids.ts";
import { TASK_ERROR_CODES } from "../../platform/errors.ts";
import { brand, instant, instantOf, nextLink, taskId } from "./common.ts";
import { newCrawl } from "./new_crawl.ts";

/** Somewhat shorter than other ids: those of its tasks are made of it. */
export const crawlId = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,110}$/, ID_RULE)
  .openapi({ example: "crawl_4m1c8w0z7h2t5kxq" });

const crawlStatus = z.enum(["running", "completed", "cancelled"]).openapi("CrawlStatus");
export const pageState = z.enum(PAGE_STATES).openapi("PageState", {
  description:
    "`waiting`: found, not yet asked for; `active`: its task is queued or runs; `duplicate`: the same page as " +
    "`duplicate_of`; `skipped`: not due by its history",
});
export const pageChange = z.enum(PAGE_CHANGES).openapi("PageChange", {
  description: "Since the last crawl of the same `site`",
});

const countsOf = <K extends string>(names: readonly K[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.int()])) as Record<K, z.ZodInt>);

export const acceptedCrawl = z.object({ crawl_id: crawlId, status: z.literal("running") })
  .openapi("AcceptedCrawl");

/** What it goes by: as asked for, with the profile's words and the defaults filled in. Any number of pages may be kept. */
const crawlRequest = z.object({
  ...newCrawl(Number.MAX_SAFE_INTEGER).shape,
  start_urls: z.array(z.string()),
  max_pages: z.int().optional(),
  headers: z.record(z.string(), z.string()).optional().openapi({
    description: "Credentials are not shown",
  }),
}).openapi("CrawlRequest");

export const crawlSchema = z.object({
  crawl_id: crawlId,
  status: crawlStatus,
  counts: countsOf(PAGE_STATES).openapi("PageCounts", { description: "Pages found, by state" }),
  changes: countsOf(PAGE_CHANGES).optional().openapi({ description: "With `site`: pages by change" }),
  limit_reached: z.boolean().openapi({ description: "There were more pages in scope than `max_pages`" }),
  warnings: z.array(z.string()).openapi({
    description: "What went wrong beside its pages: a sitemap that could not be read",
  }),
  created_at: instant,
  finished_at: instant.optional(),
  brand: brand.optional(),
  request: crawlRequest,
}).openapi("Crawl");

export const crawlList = z.object({ crawls: z.array(crawlSchema), next: nextLink }).openapi("CrawlList");

export const crawlPage = z.object({
  number: z.int().openapi({ description: "Place in the order in which pages were found, from 1" }),
  url: z.string(),
  depth: z.int().openapi({ description: "Links away from a start page" }),
  state: pageState,
  task_id: taskId.optional(),
  found_on: z.string().optional().openapi({ description: "The page that linked to it first" }),
  change: pageChange.optional(),
  duplicate_of: z.string().optional(),
  status_code: z.int().optional(),
  title: z.string().optional(),
  error: z.object({
    code: z.enum(TASK_ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    retry_after_s: z.number().optional(),
    status_code: z.int().optional(),
  }).optional(),
  finished_at: instant.optional(),
}).openapi("CrawlPage");

export const crawlPages = z.object({ pages: z.array(crawlPage), next: nextLink }).openapi("CrawlPages");

export const crawlResult = crawlPage.extend({
  result: z.unknown().optional().openapi({
    description:
      "What the scrape gave, without `links` where these were not asked for; absent where it failed, " +
      "and once its task has been forgotten",
  }),
}).openapi("CrawlResult");

export const crawlResults = z.object({
  results: z.array(crawlResult),
  next: z.string().nullable().openapi({
    description:
      "Path and query of the next page. Null once the crawl has ended and all has been read; until then it leads " +
      "to what is done later",
  }),
}).openapi("CrawlResults");

export function crawlBody(state: CrawlState): Record<string, unknown> {
  return {
    crawl_id: state.crawlId,
    status: state.status,
    counts: state.counts,
    changes: state.changes,
    limit_reached: state.limitReached,
    warnings: state.warnings,
    created_at: instantOf(state.createdMs),
    finished_at: state.finishedMs === undefined ? undefined : instantOf(state.finishedMs),
    brand: state.request.brand,
    request: requestBody(state.request),
  };
}

export function crawlPageBody(page: CrawlPage): z.input<typeof crawlPage> {
  return {
    number: page.number,
    url: page.url,
    depth: page.depth,
    state: page.state,
    task_id: page.taskId,
    found_on: page.foundOn,
    change: page.change,
    duplicate_of: page.duplicateOf,
    status_code: page.statusCode,
    title: page.title,
    error: page.error,
    finished_at: page.finishedMs === undefined ? undefined : instantOf(page.finishedMs),
  };
}

const SECRET: ReadonlySet<string> = new Set(["authorization", "cookie"]);

function requestBody(request: CrawlRequest): Record<string, unknown> {
  const { scrape = {}, intervals } = request;
  const headers = scrape.headers && Object.fromEntries(
    Object.entries(scrape.headers).map(([name, value]) => [name, SECRET.has(name) ? "***" : value]),
  );
  return {
    start_urls: request.startUrls,
    max_depth: request.maxDepth,
    max_pages: request.maxPages,
    include: request.include,
    exclude: request.exclude,
    scope: request.scope,
    sitemap: request.sitemap,
    max_concurrent: request.maxConcurrent,
    brand: request.brand,
    priority: request.priority,
    tags: request.tags,
    site: request.site,
    due_only: request.dueOnly,
    intervals: intervals && { min_s: intervals.minS, max_s: intervals.maxS },
    formats: scrape.formats,
    fields: scrape.fields,
    max_age_s: scrape.maxAgeS,
    stale_ok_s: scrape.staleOkS,
    respect_robots: scrape.respectRobots,
    headers,
    timeout_ms: scrape.timeoutMs,
    max_bytes: scrape.maxBytes,
    render: scrape.render,
    screenshot: scrape.screenshot,
    index: scrape.index,
  };
}
