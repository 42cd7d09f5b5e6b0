import { cleanUrl, urlKey } from "../platform/url_key.ts";
import type { BookCrawl, CrawlBook } from "./book_port.ts";
import type { PageChange, PageState } from "./port.ts";
import { inScope } from "./scope.ts";

/** Addresses remembered as met, so that a link every page has costs a lookup in memory. */
const MAX_MET = 200_000;
/** And in all so long: addresses may be 2,000 characters each, and there may be many crawls. */
const MAX_MET_CHARS = 16_000_000;

/** One crawl in memory while it runs: its row, its counts, what it has met. Save it at the end of each transaction. */
export class CrawlRun {
  readonly crawl: BookCrawl;
  readonly #book: CrawlBook;
  readonly #met = new Set<string>();
  #metChars = 0;

  constructor(book: CrawlBook, crawl: BookCrawl) {
    this.#book = book;
    this.crawl = crawl;
  }

  /** Puts a URL into the frontier where it is in scope, new and within the limit of pages. */
  add(href: string, depth: number, options: { foundOn?: number; isSeed?: boolean } = {}): void {
    const { request, status } = this.crawl;
    // A cancelled crawl hears of its last pages, and finds nothing more on them.
    if (status !== "running") return;
    if (depth > request.maxDepth || this.#met.has(href)) return;
    if (this.#met.size >= MAX_MET || this.#metChars >= MAX_MET_CHARS) {
      this.#met.clear();
      this.#metChars = 0;
    }
    this.#met.add(href);
    this.#metChars += href.length;
    if (!URL.canParse(href)) return;
    const url = cleanUrl(new URL(href));
    // A start page is asked for whatever the globs say: they tell which of its links are followed.
    if (!options.isSeed && !inScope(url, request, this.crawl.sites)) return;
    this.addPage({ url: url.href, key: urlKey(url), depth, foundOn: options.foundOn });
  }

  /** @returns whether it is new */
  addPage(
    page: { url: string; key: string; depth: number; foundOn?: number },
    { state = "waiting", change }: { state?: PageState; change?: PageChange } = {},
  ): boolean {
    const { crawl } = this;
    if (crawl.lastNumber >= crawl.request.maxPages) {
      if (this.#book.numberOf(crawl.no, page.key) === undefined) crawl.limitReached = true;
      return false;
    }
    const number = crawl.lastNumber + 1;
    if (!this.#book.addPage(crawl.no, { ...page, number, state, change })) return false;
    crawl.lastNumber = number;
    crawl.counts[state]++;
    if (change !== undefined) crawl.changes[change]++;
    return true;
  }

  setState(number: number, from: PageState, to: PageState): void {
    this.#book.setState(this.crawl.no, number, to);
    this.moved(from, to);
  }

  moved(from: PageState, to: PageState): void {
    this.crawl.counts[from]--;
    this.crawl.counts[to]++;
  }

  isInScope(href: string): boolean {
    return URL.canParse(href) && inScope(new URL(href), this.crawl.request, this.crawl.sites);
  }

  get idle(): boolean {
    const { counts, sitemaps } = this.crawl;
    return counts.waiting === 0 && counts.active === 0 && sitemaps.every(({ state }) => state === "done");
  }
}
