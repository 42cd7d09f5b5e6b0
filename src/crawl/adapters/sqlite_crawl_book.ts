import { DatabaseSync } from "node:sqlite";
import type {
  BookCrawl,
  BookPage,
  CrawlBook,
  KnownSitePage,
  NewPage,
  PageEnd,
  SiteState,
} from "../book_port.ts";
import type { CrawlPageQuery, CrawlStatus, PageState } from "../port.ts";
import { migrate } from "./crawl_schema.ts";
import { KnownPages } from "./known_pages.ts";
import { PageRows } from "./page_rows.ts";
import { Statements } from "./statements.ts";

interface CrawlRow {
  no: number;
  id: string;
  status: CrawlStatus;
  created_ms: number;
  finished_ms: number | null;
  request: string;
  progress: string;
}

/**
 * The file of crawls. Commits reach the operating system and are not fsynced, so `kill -9` takes nothing and a power cut
 * the last moments: those the queue, which fsyncs everything, tells again. A `durable` transaction is fsynced.
 */
export class SqliteCrawlBook implements CrawlBook {
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #pages: PageRows;
  readonly #known: KnownPages;

  /** @throws {Error} the file is of a newer release, or another process has it */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(this.#db, path);
    this.#statements = new Statements(this.#db);
    this.#pages = new PageRows(this.#statements);
    this.#known = new KnownPages(this.#statements);
  }

  transaction<T>(work: () => T, { durable = false } = {}): T {
    if (durable) this.#db.exec("PRAGMA synchronous = FULL");
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const value = work();
        this.#db.exec("COMMIT");
        return value;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    } finally {
      if (durable) this.#db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  addCrawl(crawl: Omit<BookCrawl, "no">): BookCrawl {
    const { crawlId, status, createdMs, request, ...progress } = crawl;
    this.#statements.run(
      "INSERT INTO crawls (id, status, created_ms, request, progress) VALUES (?, ?, ?, ?, ?)",
      crawlId,
      status,
      createdMs,
      JSON.stringify(request),
      JSON.stringify(progress),
    );
    return this.crawl(crawlId)!;
  }

  crawl(crawlId: string): BookCrawl | undefined {
    const row = this.#statements.one<CrawlRow>("SELECT * FROM crawls WHERE id = ?", crawlId);
    return row && crawlOf(row);
  }

  save(crawl: BookCrawl): void {
    const { no, crawlId: _id, createdMs: _created, request: _request, status, finishedMs, ...progress } =
      crawl;
    this.#statements.run(
      "UPDATE crawls SET status = ?, finished_ms = ?, progress = ? WHERE no = ?",
      status,
      finishedMs ?? null,
      JSON.stringify(progress),
      no,
    );
  }

  crawls({ limit, beforeNo = Number.MAX_SAFE_INTEGER }: { limit: number; beforeNo?: number }): BookCrawl[] {
    const sql = "SELECT * FROM crawls WHERE no < ? ORDER BY no DESC LIMIT ?";
    return this.#statements.all<CrawlRow>(sql, beforeNo, limit).map(crawlOf);
  }

  unfinished(): BookCrawl[] {
    const sql = "SELECT * FROM crawls WHERE status = 'running' ORDER BY no";
    return this.#statements.all<CrawlRow>(sql).map(crawlOf);
  }

  removeEnded(beforeMs: number, limit: number): number {
    const sql = "SELECT no FROM crawls WHERE status <> 'running' AND finished_ms < ? LIMIT ?";
    const rows = this.#statements.all<{ no: number }>(sql, beforeMs, limit);
    for (const { no } of rows) {
      this.#pages.remove(no);
      this.#statements.run("DELETE FROM crawls WHERE no = ?", no);
    }
    return rows.length;
  }

  addPage(no: number, page: NewPage): boolean {
    return this.#pages.add(no, page);
  }

  numberOf(no: number, key: string): number | undefined {
    return this.#pages.numberOf(no, key);
  }

  addAlias(no: number, key: string, number: number): void {
    this.#pages.alias(no, key, number);
  }

  page(no: number, number: number): BookPage | undefined {
    return this.#pages.get(no, number);
  }

  waiting(no: number, limit: number): BookPage[] {
    return this.#pages.waiting(no, limit);
  }

  active(no: number): BookPage[] {
    return this.#pages.active(no);
  }

  setState(no: number, number: number, state: PageState): void {
    this.#pages.setState(no, number, state);
  }

  cancelWaiting(no: number): number {
    return this.#pages.cancelWaiting(no);
  }

  endPage(no: number, number: number, end: PageEnd): void {
    this.#pages.end(no, number, end);
  }

  byFingerprint(no: number, fingerprint: string): number | undefined {
    return this.#pages.byFingerprint(no, fingerprint);
  }

  pages(no: number, query: CrawlPageQuery & { after?: number }): ReturnType<PageRows["list"]> {
    return this.#pages.list(no, query);
  }

  site(site: string): SiteState | undefined {
    return this.#known.site(site);
  }

  setSite(site: string, state: SiteState): void {
    this.#known.setSite(site, state);
  }

  knownPages(site: string): Iterable<KnownSitePage> {
    return this.#known.all(site);
  }

  known(site: string, key: string): KnownSitePage | undefined {
    return this.#known.get(site, key);
  }

  putKnown(site: string, page: KnownSitePage): void {
    this.#known.put(site, page);
  }

  removeKnown(site: string, key: string): void {
    this.#known.remove(site, key);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function crawlOf({ no, id, status, created_ms, finished_ms, request, progress }: CrawlRow): BookCrawl {
  return {
    ...JSON.parse(progress),
    no,
    crawlId: id,
    status,
    createdMs: created_ms,
    finishedMs: finished_ms ?? undefined,
    request: JSON.parse(request),
  };
}
