import type { TaskFailure } from "../platform/errors.ts";
import type { CrawlPage, CrawlPageQuery, CrawlRequest, CrawlState } from "./port.ts";

/** The request with every default filled in: what a crawl goes by for its whole life. */
export type ResolvedCrawl =
  & CrawlRequest
  & Required<Pick<CrawlRequest, "maxDepth" | "maxPages" | "scope" | "sitemap" | "maxConcurrent">>
  & { include: string[]; exclude: string[]; intervals: { minS: number; maxS: number } };

/** What a crawl wants of the queue: a page scraped, or a site's sitemaps read. */
export interface FrontierTask {
  crawlId: string;
  kind: "page" | "sitemap";
  /** Of a page its number, from 1; of sitemaps -1, -2... */
  number: number;
  url: string;
  /** What was known of the page at the last crawl of its site. */
  known?: {
    final_url: string;
    etag?: string;
    last_modified?: string;
    body_sha256?: string;
    content_hash?: string;
  };
}

/** How a task of a crawl ended. */
export interface FrontierEnd {
  crawlId: string;
  number: number;
  status: "completed" | "failed" | "cancelled";
  resultJson?: string;
  error?: TaskFailure;
  atMs: number;
}

export interface CrawlProgress {
  crawlId: string;
  /** Nothing waits and nothing is active any more. */
  ended: boolean;
  /** Nothing of it is active any more; a cancelled one may have tasks that are still to end. */
  idle: boolean;
  /** Pages done so far; grows by one with each. */
  finishNo: number;
}

/**
 * The frontier on disk: what was found, what is asked for, what came of it. A change is on disk in the sense of `kill -9`
 * when its call answers, in that of a power cut only where it says so: what a power cut takes, the queue knows.
 */
export interface Frontier extends AsyncDisposable {
  /** Survives a power cut. @throws {ServiceError} conflict: there is a crawl of this id */
  create(crawl: { crawlId: string; createdMs: number; request: ResolvedCrawl }): Promise<CrawlProgress>;
  /** Writes down how tasks ended, follows their links, and gives what to ask for next. Told twice it changes nothing. */
  advance(
    ends: FrontierEnd[],
    crawlIds: string[],
    nowMs: number,
  ): Promise<{ tasks: FrontierTask[]; progress: CrawlProgress[] }>;
  /** What is `active`, as tasks: after a start, the queue is asked what became of them. */
  active(crawlId: string): Promise<FrontierTask[]>;
  /** The queue takes no more for now: these wait again. */
  putBack(tasks: FrontierTask[]): Promise<void>;
  unfinished(): Promise<{ crawlId: string; request: ResolvedCrawl }[]>;
  /** Undefined where there is none. */
  get(crawlId: string): Promise<CrawlState | undefined>;
  list(page: { limit: number; cursor?: string }): Promise<{ crawls: CrawlState[]; nextCursor?: string }>;
  pages(
    crawlId: string,
    query: CrawlPageQuery,
  ): Promise<{ pages: CrawlPage[]; nextCursor?: string } | undefined>;
  /** What waits is cancelled. Survives a power cut. Undefined where there is none, `false` where it had ended. */
  cancel(crawlId: string, nowMs: number): Promise<FrontierTask[] | false | undefined>;
  /** Forgets crawls that ended before this; those of a site leave what is known of its pages. */
  forget(endedBeforeMs: number): Promise<number>;
}
