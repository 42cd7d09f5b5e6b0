import {
  type CrawlPage,
  type CrawlPageQuery,
  type CrawlRequest,
  type Crawls,
  type CrawlStartOptions,
  type CrawlState,
  PAGE_CHANGES,
  PAGE_STATES,
} from "../../src/crawl/port.ts";
import { ServiceError } from "../../src/platform/errors.ts";
import { newId } from "../../src/platform/ids.ts";

interface FakeCrawl {
  state: CrawlState;
  pages: CrawlPage[];
  /** In the order in which they were done. */
  done: CrawlPage[];
}

/** Crawls in memory that fetch nothing: tests find pages with `found`, end them with `finish`, and the crawl with `end`. */
export class FakeCrawls implements Crawls {
  readonly crawls = new Map<string, FakeCrawl>();
  readonly starts: { request: CrawlRequest; options: CrawlStartOptions }[] = [];
  /** Waits of readers that follow: what each was called with. */
  readonly waits: { cursor: string | undefined; waitMs: number }[] = [];
  /** Readers that wait now. */
  waiting = 0;
  readonly #wakes = new Set<() => void>();

  // deno-lint-ignore require-await
  async start(request: CrawlRequest, options: CrawlStartOptions = {}): Promise<{ crawlId: string }> {
    const crawlId = options.crawlId ?? newId("crawl");
    if (this.crawls.has(crawlId)) throw new ServiceError("conflict", `There is a crawl ${crawlId} already`);
    this.starts.push({ request, options });
    const state: CrawlState = {
      crawlId,
      status: "running",
      request,
      createdMs: Date.now(),
      counts: countsOf(PAGE_STATES),
      limitReached: false,
      warnings: [],
      ...(request.site === undefined ? {} : { changes: countsOf(PAGE_CHANGES) }),
    };
    this.crawls.set(crawlId, { state, pages: [], done: [] });
    return { crawlId };
  }

  // deno-lint-ignore require-await
  async get(crawlId: string): Promise<CrawlState> {
    return this.#of(crawlId).state;
  }

  // deno-lint-ignore require-await
  async list({ limit, cursor }: { limit: number; cursor?: string }) {
    const all = [...this.crawls.values()].reverse().map(({ state }) => state);
    const from = Number(cursor ?? 0);
    const crawls = all.slice(from, from + limit);
    return { crawls, nextCursor: from + limit < all.length ? String(from + limit) : undefined };
  }

  // deno-lint-ignore require-await
  async pages(crawlId: string, { limit, cursor, order, state, change }: CrawlPageQuery) {
    const crawl = this.#of(crawlId);
    const all = (order === "finish" ? crawl.done : crawl.pages).filter((page) =>
      (state === undefined || page.state === state) && (change === undefined || page.change === change)
    );
    const from = Number(cursor ?? 0);
    if (Number.isNaN(from)) throw new ServiceError("invalid_request", "'cursor' must be one of this list");
    const pages = all.slice(from, from + limit);
    const to = from + pages.length;
    const goesOn = to < all.length || (order === "finish" && pages.length > 0);
    return { pages, nextCursor: goesOn ? String(to) : undefined };
  }

  async moreAfter(
    crawlId: string,
    cursor: string | undefined,
    { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
  ): Promise<void> {
    this.waits.push({ cursor, waitMs });
    const crawl = this.#of(crawlId);
    if (crawl.done.length > Number(cursor ?? 0) || crawl.state.status !== "running") return;
    this.waiting++;
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void) => () => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        signal?.removeEventListener("abort", aborted);
        this.waiting--;
        settle();
      };
      const wake = done(resolve);
      const aborted = done(() => reject(signal!.reason));
      const timer = setTimeout(wake, waitMs);
      this.#wakes.add(wake);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  }

  async cancel(crawlId: string): Promise<CrawlState> {
    const { status } = await this.get(crawlId);
    if (status !== "running") throw new ServiceError("conflict", `The crawl has ended: it is ${status}`);
    return this.end(crawlId, "cancelled");
  }

  /** A page is found. */
  found(crawlId: string, url: string, page: Partial<CrawlPage> = {}): CrawlPage {
    const { pages, state } = this.#of(crawlId);
    const added: CrawlPage = { number: pages.length + 1, url, depth: 0, state: "waiting", ...page };
    pages.push(added);
    state.counts[added.state]++;
    return added;
  }

  /** A page that was found is done. */
  finish(crawlId: string, page: CrawlPage, change: Partial<CrawlPage> = {}): void {
    const { done, state } = this.#of(crawlId);
    state.counts[page.state]--;
    Object.assign(page, { state: "completed", finishedMs: 1000 * page.number, ...change });
    state.counts[page.state]++;
    done.push(page);
    this.#wake();
  }

  end(crawlId: string, status: CrawlState["status"] = "completed"): CrawlState {
    const { state } = this.#of(crawlId);
    Object.assign(state, { status, finishedMs: 5000 });
    this.#wake();
    return state;
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  #of(crawlId: string): FakeCrawl {
    const crawl = this.crawls.get(crawlId);
    if (crawl === undefined) throw new ServiceError("not_found", `There is no crawl ${crawlId}`);
    return crawl;
  }
}

function countsOf<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
