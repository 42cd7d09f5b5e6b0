import type { TaskFailure } from "../platform/errors.ts";
import type { FieldSchema } from "../sandbox/field_schema.ts";
import type { PageFormat } from "../sandbox/port.ts";

/** A crawl: a frontier of URLs on disk, worked off by `scrape` tasks of the queue. */

export interface CrawlRequest {
  startUrls: string[];
  /** Links away from a start page. @default 10 */
  maxDepth?: number;
  /** Pages at most. @default the settings' CRAWL_MAX_PAGES */
  maxPages?: number;
  /** Globs on whole URLs; a page must match one of them (where there are any) and none of `exclude`. */
  include?: string[];
  exclude?: string[];
  /** Which hosts: those of the start pages, those and all below them, or any. @default "host" */
  scope?: "host" | "domain" | "any";
  /** Hosts besides those of the start pages; `*.example.com` is every host below. */
  hosts?: string[];
  /** @default "include" */
  sitemap?: "include" | "only" | "skip";
  /** Tasks of it at one time. @default 8 */
  maxConcurrent?: number;
  brand?: string;
  priority?: number;
  tags?: string[];
  /** What a `scrape` is asked with, for every page. */
  scrape?: CrawlScrapeOptions;
  /**
   * A name under which crawls of one site are compared: each page is told to be new, changed, unchanged or gone since the
   * last crawl of that name.
   */
  site?: string;
  /** With `site`: pages that by their history need not be asked for yet are left alone. @default false */
  dueOnly?: boolean;
  /** With `site`: bounds of a page's interval; it doubles when the page has not changed and halves when it has. */
  intervals?: { minS: number; maxS: number };
  /**
   * A hash of what a caller sent under an `Idempotency-Key`: kept with the crawl, so that the same request again is told
   * from another one. Nothing else is made of it.
   */
  fingerprint?: string;
}

export interface CrawlScrapeOptions {
  formats?: PageFormat[];
  fields?: FieldSchema;
  maxAgeS?: number;
  respectRobots?: boolean;
  headers?: Record<string, string>;
  timeoutMs?: number;
  maxBytes?: number;
  render?: "never" | "auto" | "always";
  staleOkS?: number;
  screenshot?: boolean;
  index?: boolean;
}

export type CrawlStatus = "running" | "completed" | "cancelled";

/** What a recrawl says of a page. `not_due`: left alone, by its history. */
export const PAGE_CHANGES = ["new", "changed", "unchanged", "gone", "not_due"] as const;
export type PageChange = typeof PAGE_CHANGES[number];

/**
 * `waiting`: in the frontier; `active`: a task of the queue; `duplicate`: of `duplicateOf`; `skipped`: not due;
 * `cancelled`: with its crawl, or by its task.
 */
export const PAGE_STATES = [
  "waiting",
  "active",
  "completed",
  "failed",
  "duplicate",
  "skipped",
  "cancelled",
] as const;
export type PageState = typeof PAGE_STATES[number];

export interface CrawlState {
  crawlId: string;
  status: CrawlStatus;
  request: CrawlRequest;
  createdMs: number;
  finishedMs?: number;
  /** URLs known so far, by state. Their sum is what was found and is in scope, up to `maxPages`. */
  counts: Record<PageState, number>;
  /** With `site`. */
  changes?: Record<PageChange, number>;
  /** There were more URLs in scope than `maxPages`. */
  limitReached: boolean;
  /** What went wrong beside its pages: a sitemap that could not be read. */
  warnings: string[];
}

export interface CrawlPage {
  /** Place among the pages of its crawl, from 1; the order in which they were found. */
  number: number;
  url: string;
  depth: number;
  state: PageState;
  taskId?: string;
  /** Page that linked to it first. */
  foundOn?: string;
  change?: PageChange;
  duplicateOf?: string;
  statusCode?: number;
  title?: string;
  error?: TaskFailure;
  finishedMs?: number;
}

/** Crawls as HTTP and a program use them. @throws {ServiceError} not_found, invalid_request, conflict, queue_full */
export interface Crawls {
  /** It is on disk when this resolves. The same `crawlId` twice is a `conflict`. */
  start(request: CrawlRequest, options?: CrawlStartOptions): Promise<{ crawlId: string }>;
  get(crawlId: string): Promise<CrawlState>;
  /** Newest first. */
  list(page: { limit: number; cursor?: string }): Promise<{ crawls: CrawlState[]; nextCursor?: string }>;
  /**
   * Its pages. By default in the order in which they were found; by `finish` in the order in which they were done, which
   * only grows: what a reader that follows a crawl wants. By `finish` every answer that has pages has a `nextCursor`, so
   * that a reader can come back for what is done later.
   */
  pages(crawlId: string, query: CrawlPageQuery): Promise<{ pages: CrawlPage[]; nextCursor?: string }>;
  /** Resolves when there is more to read by `finish` than after this cursor, when the crawl has ended, or after `waitMs`. */
  moreAfter(
    crawlId: string,
    cursor: string | undefined,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<void>;
  /** What runs is cancelled, what waits is dropped. @throws {ServiceError} conflict: it had ended */
  cancel(crawlId: string): Promise<CrawlState>;
}

export interface CrawlStartOptions {
  requestId?: string;
  crawlId?: string;
}

export interface CrawlPageQuery {
  limit: number;
  cursor?: string;
  order?: "found" | "finish";
  state?: PageState;
  change?: PageChange;
}
