import { ServiceError } from "../platform/errors.ts";
import type { ResolvedCrawl } from "./frontier_port.ts";
import type { CrawlRequest } from "./port.ts";

const DEFAULT_MAX_DEPTH = 10;
const DEFAULT_CONCURRENT = 8;
/** A day, and a month: how soon and how late a page is asked for again. */
const DEFAULT_INTERVALS = { minS: 86_400, maxS: 2_592_000 };
const MAX_CONCURRENT = 256;

/** Fills in the defaults. @throws {ServiceError} invalid_request */
export function resolveRequest(request: CrawlRequest, limits: { maxPages: number }): ResolvedCrawl {
  const {
    startUrls,
    maxDepth = DEFAULT_MAX_DEPTH,
    maxPages = limits.maxPages,
    maxConcurrent = DEFAULT_CONCURRENT,
    include = [],
    exclude = [],
    scope = "host",
    sitemap = "include",
    intervals = DEFAULT_INTERVALS,
  } = request;
  if (startUrls.length === 0 || !startUrls.every((url) => /^https?:\/\//i.test(url) && URL.canParse(url))) {
    throw invalid(
      "startUrls",
      "must be one or more absolute http or https URLs",
      startUrls.join(" ").slice(0, 200),
    );
  }
  check("maxDepth", maxDepth, 0, 1000);
  check("maxPages", maxPages, 1, limits.maxPages);
  check("maxConcurrent", maxConcurrent, 1, MAX_CONCURRENT);
  check("intervals.minS", intervals.minS, 1, intervals.maxS);
  return { ...request, maxDepth, maxPages, maxConcurrent, include, exclude, scope, sitemap, intervals };
}

function check(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `must be a whole number from ${min} to ${max}`, String(value));
  }
}

function invalid(name: string, rule: string, value: string): ServiceError {
  return new ServiceError("invalid_request", `Cannot crawl as '${name}' ${rule}: current value is ${value}`);
}
