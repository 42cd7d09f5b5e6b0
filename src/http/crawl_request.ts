import type { BrandProfile } from "../brands/port.ts";
import type { CrawlRequest, CrawlScrapeOptions } from "../crawl/port.ts";
import { type FieldError, ServiceError } from "../platform/errors.ts";
import type { NewCrawl } from "./schemas/new_crawl.ts";

/**
 * What a body asks of the crawler. With no start pages of its own it starts from the brand's profile, which then fills in
 * all else that the body leaves out; with start pages the brand is a label.
 *
 * @param profile of the body's brand, where there is one
 * @param maxPages the settings' CRAWL_MAX_PAGES, which holds for a profile too
 * @throws {ServiceError} invalid_request: there is nothing to start from, or a word that needs `site` is without it
 */
export function crawlRequestOf(
  body: NewCrawl,
  profile: BrandProfile | undefined,
  maxPages: number,
): CrawlRequest {
  const base = body.start_urls === undefined ? profile : undefined;
  const startUrls = body.start_urls ?? base?.startUrls ?? [];
  const site = body.site ?? base?.brand;
  refuse(faults(body, startUrls.length, site));
  const intervals = body.intervals ?? intervalsOf(base);
  return defined<CrawlRequest>({
    startUrls,
    maxDepth: body.max_depth ?? base?.maxDepth,
    maxPages: body.max_pages ?? (base && Math.min(base.maxPages, maxPages)),
    include: body.include ?? base?.include,
    exclude: body.exclude ?? base?.exclude,
    scope: body.scope,
    hosts: base?.hosts,
    sitemap: body.sitemap ?? base?.sitemap,
    maxConcurrent: body.max_concurrent,
    brand: body.brand,
    priority: body.priority,
    tags: body.tags,
    scrape: scrapeOf(body, base),
    site,
    dueOnly: body.due_only,
    intervals: site === undefined || intervals === undefined
      ? undefined
      : { minS: intervals.min_s, maxS: intervals.max_s },
  });
}

function intervalsOf(profile: BrandProfile | undefined): { min_s: number; max_s: number } | undefined {
  if (profile === undefined) return undefined;
  return { min_s: profile.freshness.minIntervalS, max_s: profile.freshness.maxIntervalS };
}

/** The profile's fields, headers and politeness are its pages', whoever asks for them, so they are not repeated here. */
function scrapeOf(body: NewCrawl, base: BrandProfile | undefined): CrawlScrapeOptions | undefined {
  // Fields of the body go with its formats: those of the profile would ask for no `json`, or for one without fields.
  const formats = base?.formats?.filter((format) => format !== "json");
  const scrape = defined<CrawlScrapeOptions>({
    formats: body.formats ?? (formats?.length === 0 ? undefined : formats),
    fields: body.fields,
    maxAgeS: body.max_age_s ?? base?.freshness.maxAgeS,
    staleOkS: body.stale_ok_s ?? base?.freshness.staleOkS,
    respectRobots: body.respect_robots,
    headers: body.headers as Record<string, string> | undefined,
    timeoutMs: body.timeout_ms,
    maxBytes: body.max_bytes,
    render: body.render ?? base?.render,
    screenshot: body.screenshot,
    index: body.index,
  });
  return Object.keys(scrape).length > 0 ? scrape : undefined;
}

function faults(body: NewCrawl, starts: number, site: string | undefined): FieldError[] {
  const found: FieldError[] = [];
  if (starts === 0) {
    found.push({
      path: "start_urls",
      message: body.brand === undefined
        ? "must be given, or a brand that has a profile"
        : `must be given, as the brand "${body.brand}" has no profile that names start pages`,
    });
  }
  if (site === undefined && body.due_only) found.push({ path: "due_only", message: "goes with `site`" });
  if (site === undefined && body.intervals) found.push({ path: "intervals", message: "goes with `site`" });
  return found;
}

function refuse(fields: FieldError[]): void {
  const first = fields[0];
  if (first === undefined) return;
  throw new ServiceError("invalid_request", `The request is not valid: ${first.path}: ${first.message}`, {
    fields,
  });
}

/** Without what is undefined: what is stored and compared has no such thing. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
