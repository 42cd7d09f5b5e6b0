import { assertEquals } from "@std/assert";
import { SqliteCrawlBook } from "../../src/crawl/adapters/sqlite_crawl_book.ts";
import { FrontierCore } from "../../src/crawl/frontier_core.ts";
import type { FrontierTask } from "../../src/crawl/frontier_port.ts";
import type { CrawlPage, CrawlRequest } from "../../src/crawl/port.ts";
import { resolveRequest } from "../../src/crawl/resolve_request.ts";

export const SITE = "http://site.example";

/** What a page of the site would be as the result of a scrape. */
export interface SitePage {
  links?: string[];
  text?: string;
  status?: number;
  more?: Record<string, unknown>;
}

/** A frontier over a real file, beside a site that exists only as a table. */
export class CrawlBench implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "tutti-crawl-" });
  readonly asked: string[] = [];
  nowMs = 1_000_000;
  pages: Record<string, SitePage> = {};
  sitemap: string[] | undefined;
  #book: SqliteCrawlBook;
  core: FrontierCore;
  #crawls = 0;

  constructor() {
    this.#book = new SqliteCrawlBook(`${this.folder}/crawls.db`);
    this.core = new FrontierCore(this.#book);
  }

  /** As after `kill -9`: the file is opened by another process. */
  reopen(): void {
    this.#book[Symbol.dispose]();
    this.#book = new SqliteCrawlBook(`${this.folder}/crawls.db`);
    this.core = new FrontierCore(this.#book);
  }

  begin(request: Partial<CrawlRequest> = {}): string {
    const crawlId = `crawl-${++this.#crawls}`;
    const resolved = resolveRequest({ startUrls: [`${SITE}/`], sitemap: "skip", ...request }, {
      maxPages: 1000,
    });
    this.core.create({ crawlId, createdMs: this.nowMs, request: resolved });
    return crawlId;
  }

  /** What a crawl asks for now. */
  next(crawlId: string): FrontierTask[] {
    return this.core.advance([], [crawlId], this.nowMs).tasks;
  }

  /** Answers tasks as the site does. Returns what is asked for then. */
  answer(tasks: FrontierTask[]): FrontierTask[] {
    return this.core.advance(tasks.map((task) => this.#end(task)), [], this.nowMs).tasks;
  }

  /** A whole crawl, to its end. */
  run(request: Partial<CrawlRequest> = {}): string {
    const crawlId = this.begin(request);
    this.finish(crawlId);
    return crawlId;
  }

  finish(crawlId: string): void {
    let tasks = this.next(crawlId);
    while (tasks.length > 0) tasks = this.answer(tasks);
    assertEquals(this.core.get(crawlId)!.status, "completed");
  }

  pagesOf(crawlId: string): CrawlPage[] {
    return this.core.pages(crawlId, { limit: 1000 })!.pages;
  }

  /** `path state`, in the order in which they were found. */
  states(crawlId: string): string[] {
    return this.pagesOf(crawlId).map(({ url, state }) => `${url.slice(SITE.length)} ${state}`);
  }

  [Symbol.dispose](): void {
    this.#book[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }

  #end(task: FrontierTask) {
    const { crawlId, number, url, known } = task;
    const end = { crawlId, number, atMs: this.nowMs };
    if (task.kind === "sitemap") {
      if (this.sitemap === undefined) {
        const error = { code: "http_4xx", message: "none", retryable: false } as const;
        return { ...end, status: "failed" as const, error };
      }
      const links = this.sitemap.map((path) => ({ url: SITE + path }));
      return { ...end, status: "completed" as const, resultJson: JSON.stringify({ links }) };
    }
    const path = url.slice(SITE.length);
    this.asked.push(path);
    const page = this.pages[path];
    if (page === undefined || page.status !== undefined) {
      const message = `${url} answered ${page?.status ?? 404}`;
      return {
        ...end,
        status: "failed" as const,
        error: { code: "http_4xx" as const, message, retryable: false },
      };
    }
    const text = page.text ?? `text of ${path} `.repeat(20);
    const content_hash = `hash of ${text}`;
    if (known?.content_hash === content_hash) {
      const brief = { final_url: url, status_code: 304, not_modified: true, content_hash };
      return { ...end, status: "completed" as const, resultJson: JSON.stringify(brief) };
    }
    const links = (page.links ?? []).map((link) => ({ url: new URL(link, url).href }));
    const result = { final_url: url, status_code: 200, title: path, content_hash, text, links, ...page.more };
    return { ...end, status: "completed" as const, resultJson: JSON.stringify(result) };
  }
}
