import type { TaskFailure } from "../platform/errors.ts";
import type { ResolvedCrawl } from "./frontier_port.ts";
import type { CrawlPage, CrawlPageQuery, CrawlStatus, PageChange, PageState } from "./port.ts";

/** A crawl as it is kept. `no` is the file's own number for it. */
export interface BookCrawl {
  readonly no: number;
  readonly crawlId: string;
  readonly request: ResolvedCrawl;
  readonly createdMs: number;
  status: CrawlStatus;
  finishedMs?: number;
  counts: Record<PageState, number>;
  changes: Record<PageChange, number>;
  /** Number of the page found last. */
  lastNumber: number;
  /** Sites whose sitemaps are read, each by a task: the first is number -1. */
  sitemaps: { url: string; state: "waiting" | "active" | "done" }[];
  finishNo: number;
  limitReached: boolean;
  /** Hosts of its start pages and of where these redirect to. */
  sites: string[];
  warnings: string[];
  /** Pages known from the last crawl of its site may be answered briefly: their links are known as well. */
  brief: boolean;
}

export interface BookPage {
  number: number;
  url: string;
  key: string;
  depth: number;
  state: PageState;
}

export interface NewPage extends BookPage {
  foundOn?: number;
  change?: PageChange;
}

export interface PageEnd {
  state: PageState;
  change?: PageChange;
  duplicateOf?: number;
  statusCode?: number;
  title?: string;
  error?: TaskFailure;
  fingerprint?: string;
  finishedMs: number;
  finishNo: number;
}

/** What is known of a page of a site from crawl to crawl. */
export interface KnownSitePage {
  key: string;
  url: string;
  depth: number;
  finalUrl?: string;
  etag?: string;
  lastModified?: string;
  bodySha256?: string;
  contentHash?: string;
  checkedMs: number;
  changedMs: number;
  intervalS: number;
}

/** How the last crawl of a site went: whether the next one may rely on its links. */
export interface SiteState {
  /** What it was asked with, as far as that decides which pages are found. */
  rules: string;
  complete: boolean;
}

/**
 * The file of crawls, used by one thread. Synchronous: everything between two answers is one transaction.
 * What is written survives the process; what a `durable` transaction writes survives the power.
 */
export interface CrawlBook extends Disposable {
  transaction<T>(work: () => T, options?: { durable?: boolean }): T;

  addCrawl(crawl: Omit<BookCrawl, "no">): BookCrawl;
  crawl(crawlId: string): BookCrawl | undefined;
  save(crawl: BookCrawl): void;
  crawls(page: { limit: number; beforeNo?: number }): BookCrawl[];
  unfinished(): BookCrawl[];
  removeEnded(beforeMs: number, limit: number): number;

  /** False where the crawl has this key already. */
  addPage(no: number, page: NewPage): boolean;
  numberOf(no: number, key: string): number | undefined;
  /** Another address of a page: asked for under neither again. */
  addAlias(no: number, key: string, number: number): void;
  page(no: number, number: number): BookPage | undefined;
  /** Those found first, nearest to the start first. They stay `waiting`. */
  waiting(no: number, limit: number): BookPage[];
  active(no: number): BookPage[];
  setState(no: number, number: number, state: PageState): void;
  /** All that wait. Returns how many. */
  cancelWaiting(no: number): number;
  endPage(no: number, number: number, end: PageEnd): void;
  /** The completed page with this fingerprint. */
  byFingerprint(no: number, fingerprint: string): number | undefined;
  pages(no: number, query: CrawlPageQuery & { after?: number }): (CrawlPage & { finishNo?: number })[];

  site(site: string): SiteState | undefined;
  setSite(site: string, state: SiteState): void;
  knownPages(site: string): Iterable<KnownSitePage>;
  known(site: string, key: string): KnownSitePage | undefined;
  putKnown(site: string, page: KnownSitePage): void;
  removeKnown(site: string, key: string): void;
}
