import { ServiceError } from "../platform/errors.ts";
import type { BookCrawl, CrawlBook } from "./book_port.ts";
import { CrawlRun } from "./crawl_run.ts";
import type { CrawlProgress, FrontierEnd, FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import { knownOf, rulesOf, seedKnownPages } from "./known_site.ts";
import { type CrawlPage, type CrawlPageQuery, type CrawlState, PAGE_CHANGES, PAGE_STATES } from "./port.ts";
import { siteOf } from "./scope.ts";
import { settlePage, settleSitemap } from "./settle_page.ts";

/** Tasks handed to the queue for each that may run: the next is there when one ends, the way here and back is not waited for. */
const AHEAD = 2;

/** The frontier's own half: what `Frontier` says, without promises, over a book. Runs in the thread of the book. */
export class FrontierCore {
  readonly #book: CrawlBook;
  readonly #runs = new Map<string, CrawlRun>();

  constructor(book: CrawlBook) {
    this.#book = book;
  }

  create(crawl: { crawlId: string; createdMs: number; request: ResolvedCrawl }): CrawlProgress {
    const { crawlId, createdMs, request } = crawl;
    const book = this.#book;
    if (book.crawl(crawlId) !== undefined) {
      throw new ServiceError("conflict", `Cannot start crawl ${crawlId} as there is one of this id`);
    }
    return this.#change(() => {
      const starts = request.startUrls.map((url) => new URL(url));
      const site = request.site === undefined ? undefined : book.site(request.site);
      const run = new CrawlRun(
        book,
        book.addCrawl({
          crawlId,
          request,
          createdMs,
          status: "running",
          counts: zeros(PAGE_STATES),
          changes: zeros(PAGE_CHANGES),
          lastNumber: 0,
          finishNo: 0,
          limitReached: false,
          sites: [...new Set(starts.map(siteOf))],
          sitemaps: request.sitemap === "skip"
            ? []
            : [...new Set(starts.map(({ origin }) => origin))].map((url) => ({ url, state: "waiting" })),
          warnings: [],
          brief: site !== undefined && site.complete && site.rules === rulesOf(request),
        }),
      );
      if (request.sitemap !== "only") {
        for (const url of request.startUrls) run.add(url, 0, { isSeed: true });
      }
      seedKnownPages(run, book, createdMs);
      this.#runs.set(crawlId, run);
      book.save(run.crawl);
      return progressOf(run);
    }, { durable: true });
  }

  advance(
    ends: FrontierEnd[],
    crawlIds: string[],
    nowMs: number,
  ): { tasks: FrontierTask[]; progress: CrawlProgress[] } {
    return this.#change(() => {
      const touched = new Map<string, CrawlRun>();
      const touch = (crawlId: string): CrawlRun | undefined => {
        const run = this.#run(crawlId);
        if (run !== undefined) touched.set(crawlId, run);
        return run;
      };
      for (const crawlId of crawlIds) touch(crawlId);
      for (const end of ends) {
        const run = touch(end.crawlId);
        if (run === undefined) continue;
        if (end.number > 0) settlePage(run, this.#book, end);
        else settleSitemap(run, end);
      }
      const tasks: FrontierTask[] = [];
      for (const run of touched.values()) {
        if (run.crawl.status === "running") {
          this.#fill(run, tasks);
          if (run.idle) this.#finish(run, nowMs);
        }
        this.#book.save(run.crawl);
      }
      return { tasks, progress: [...touched.values()].map(progressOf) };
    });
  }

  active(crawlId: string): FrontierTask[] {
    const run = this.#run(crawlId);
    if (run === undefined) return [];
    const pages = this.#book.active(run.crawl.no).map(({ number, url, key }) =>
      this.#pageTask(run, { number, url, key })
    );
    const sitemaps = run.crawl.sitemaps.flatMap(({ url, state }, i): FrontierTask[] =>
      state === "active" ? [{ crawlId, kind: "sitemap", number: -i - 1, url }] : []
    );
    return [...sitemaps, ...pages];
  }

  putBack(tasks: FrontierTask[]): void {
    this.#change(() => {
      for (const { crawlId, number } of tasks) {
        const run = this.#run(crawlId);
        if (run === undefined) continue;
        if (number < 0) run.crawl.sitemaps[-number - 1]!.state = "waiting";
        else if (this.#book.page(run.crawl.no, number)?.state === "active") {
          run.setState(number, "active", "waiting");
        }
        this.#book.save(run.crawl);
      }
    });
  }

  unfinished(): { crawlId: string; request: ResolvedCrawl }[] {
    return this.#book.unfinished().map(({ crawlId, request }) => ({ crawlId, request }));
  }

  get(crawlId: string): CrawlState | undefined {
    const crawl = this.#book.crawl(crawlId);
    return crawl && stateOf(crawl);
  }

  list({ limit, cursor }: { limit: number; cursor?: string }): { crawls: CrawlState[]; nextCursor?: string } {
    const rows = this.#book.crawls({ limit: limit + 1, beforeNo: placeOf(cursor) });
    const shown = rows.slice(0, limit);
    return {
      crawls: shown.map(stateOf),
      nextCursor: rows.length > limit ? String(shown.at(-1)!.no) : undefined,
    };
  }

  pages(
    crawlId: string,
    { cursor, ...query }: CrawlPageQuery,
  ): { pages: CrawlPage[]; nextCursor?: string } | undefined {
    const crawl = this.#book.crawl(crawlId);
    if (crawl === undefined) return undefined;
    const rows = this.#book.pages(crawl.no, { ...query, after: placeOf(cursor) });
    const last = rows.at(-1);
    // By finish there may always be more to come, so there is a cursor as soon as there is a page.
    const more = last !== undefined && (query.order === "finish" || rows.length === query.limit);
    return {
      pages: rows.map(({ finishNo: _, ...page }) => page),
      nextCursor: more ? String(query.order === "finish" ? last.finishNo : last.number) : undefined,
    };
  }

  cancel(crawlId: string, nowMs: number): FrontierTask[] | false | undefined {
    const run = this.#run(crawlId);
    if (run === undefined) return this.#book.crawl(crawlId) === undefined ? undefined : false;
    if (run.crawl.status !== "running") return false;
    return this.#change(() => {
      const { crawl } = run;
      const dropped = this.#book.cancelWaiting(crawl.no);
      crawl.counts.waiting -= dropped;
      crawl.counts.cancelled += dropped;
      const running = this.active(crawlId);
      for (const sitemap of crawl.sitemaps) sitemap.state = "done";
      crawl.status = "cancelled";
      crawl.finishedMs = nowMs;
      this.#book.save(crawl);
      return running;
    }, { durable: true });
  }

  forget(endedBeforeMs: number): number {
    return this.#change(() => this.#book.removeEnded(endedBeforeMs, 20));
  }

  #fill(run: CrawlRun, tasks: FrontierTask[]): void {
    const { crawl } = run;
    const { crawlId } = crawl;
    let room = AHEAD * crawl.request.maxConcurrent - crawl.counts.active -
      crawl.sitemaps.filter(({ state }) => state === "active").length;
    for (const [i, sitemap] of crawl.sitemaps.entries()) {
      if (sitemap.state !== "waiting" || room <= 0) continue;
      sitemap.state = "active";
      room--;
      tasks.push({ crawlId, kind: "sitemap", number: -i - 1, url: sitemap.url });
    }
    if (room <= 0 || crawl.counts.waiting === 0) return;
    for (const page of this.#book.waiting(crawl.no, room)) {
      run.setState(page.number, "waiting", "active");
      tasks.push(this.#pageTask(run, page));
    }
  }

  #pageTask(run: CrawlRun, { number, url, key }: { number: number; url: string; key: string }): FrontierTask {
    const { crawlId } = run.crawl;
    return { crawlId, kind: "page", number, url, known: knownOf(run, this.#book, key) };
  }

  #finish({ crawl }: CrawlRun, nowMs: number): void {
    crawl.status = "completed";
    crawl.finishedMs = nowMs;
    const { site } = crawl.request;
    if (site !== undefined) {
      this.#book.setSite(site, { rules: rulesOf(crawl.request), complete: !crawl.limitReached });
    }
  }

  /** In memory while its pages end; a cancelled one until the last of them has. */
  #run(crawlId: string): CrawlRun | undefined {
    let run = this.#runs.get(crawlId);
    if (run === undefined) {
      const crawl = this.#book.crawl(crawlId);
      if (crawl === undefined || (crawl.status !== "running" && crawl.counts.active === 0)) return undefined;
      this.#runs.set(crawlId, run = new CrawlRun(this.#book, crawl));
    }
    return run;
  }

  /** One transaction. Where it fails, memory is as wrong as the file is right: it is read again. */
  #change<T>(work: () => T, options?: { durable?: boolean }): T {
    try {
      const value = this.#book.transaction(work, options);
      for (const [crawlId, { crawl }] of this.#runs) {
        if (crawl.status !== "running" && crawl.counts.active === 0) this.#runs.delete(crawlId);
      }
      return value;
    } catch (error) {
      this.#runs.clear();
      throw error;
    }
  }
}

function stateOf(crawl: BookCrawl): CrawlState {
  const { crawlId, status, request, createdMs, finishedMs, counts, changes, limitReached, warnings } = crawl;
  return {
    crawlId,
    status,
    request,
    createdMs,
    finishedMs,
    counts,
    changes: request.site === undefined ? undefined : changes,
    limitReached,
    warnings,
  };
}

function progressOf({ crawl }: CrawlRun): CrawlProgress {
  const { crawlId, status, counts, finishNo } = crawl;
  return { crawlId, ended: status !== "running", idle: counts.active === 0, finishNo };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}

function placeOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const place = Number(cursor);
  if (Number.isSafeInteger(place) && place >= 0) return place;
  throw new ServiceError("invalid_request", "'cursor' must be one that a page of this list has given");
}
