import { sleep } from "../platform/deadline.ts";
import type { CrawlPage, Crawls } from "../crawl/port.ts";
import type { CrawlResults } from "./crawl_results.ts";
import type { LineSource } from "./ndjson_stream.ts";

export interface CrawlLinesOptions {
  crawls: Crawls;
  crawlId: string;
  results: CrawlResults;
  /** Where to begin. */
  cursor?: string;
  /** Whether it goes on until the crawl has ended. */
  follow: boolean;
  /** Longest time without a line. */
  quietMs: number;
}

/** Pages whose names are kept until their lines are asked for; their results are not. */
const PAGES_A_READ = 20;
const REST_MS = 50;

/** The results of a crawl, a line each, in the order in which its pages were done. */
export class CrawlLines implements LineSource {
  readonly #options: CrawlLinesOptions;
  #pages: CrawlPage[] = [];
  #cursor: string | undefined;
  #ended = false;

  constructor(options: CrawlLinesOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  async next(signal: AbortSignal): Promise<string | undefined | null> {
    const { results, follow, quietMs } = this.#options;
    const untilMs = performance.now() + quietMs;
    let page = await this.#read();
    while (page === undefined && follow && !this.#ended) {
      const waitMs = untilMs - performance.now();
      if (waitMs <= 0) return undefined;
      page = await this.#readLater(waitMs, signal);
    }
    return page === undefined ? null : await results.textOf(page);
  }

  async #read(): Promise<CrawlPage | undefined> {
    if (this.#ended) return undefined;
    const page = await this.#shift();
    if (page !== undefined) return page;
    // Looked at before the last pages are: one that is done in between is not missed.
    const { status } = await this.#options.crawls.get(this.#options.crawlId);
    const late = await this.#shift();
    this.#ended = late === undefined && status !== "running";
    return late;
  }

  async #shift(): Promise<CrawlPage | undefined> {
    if (this.#pages.length === 0) {
      const { pages, nextCursor } = await this.#options.results.pages(PAGES_A_READ, this.#cursor);
      this.#pages = pages;
      this.#cursor = nextCursor ?? this.#cursor;
    }
    return this.#pages.shift();
  }

  async #readLater(waitMs: number, signal: AbortSignal): Promise<CrawlPage | undefined> {
    const { crawls, crawlId } = this.#options;
    await crawls.moreAfter(crawlId, this.#cursor, { waitMs, signal });
    const page = await this.#read();
    // Woken for nothing, or with the end only: whatever the reason, it is not asked again at once.
    if (page === undefined && !this.#ended) await sleep(Math.min(REST_MS, waitMs), { signal });
    return page;
  }
}
