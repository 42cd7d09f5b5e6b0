import type { SQLInputValue } from "node:sqlite";
import type { BookPage, NewPage, PageEnd } from "../book_port.ts";
import type { CrawlPage, CrawlPageQuery, PageChange, PageState } from "../port.ts";
import type { Statements } from "./statements.ts";

interface PageRow {
  number: number;
  url: string;
  depth: number;
  state: PageState;
  found_on_url: string | null;
  change: PageChange | null;
  duplicate_of_url: string | null;
  status_code: number | null;
  title: string | null;
  error: string | null;
  finished_ms: number | null;
  finish_no: number | null;
}

const BOOK_COLUMNS = "number, url, key, depth, state";
const SHOWN =
  `SELECT p.number, p.url, p.depth, p.state, f.url AS found_on_url, p.change, d.url AS duplicate_of_url,
  p.status_code, p.title, p.error, p.finished_ms, p.finish_no
  FROM pages p LEFT JOIN pages f ON f.crawl = p.crawl AND f.number = p.found_on
  LEFT JOIN pages d ON d.crawl = p.crawl AND d.number = p.duplicate_of`;

/** The pages of crawls, and the addresses they are known by. */
export class PageRows {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  add(crawl: number, page: NewPage): boolean {
    const { number, url, key, depth, state, foundOn, change } = page;
    if (this.alias(crawl, key, number) === 0) return false;
    this.#statements.run(
      "INSERT INTO pages (crawl, number, url, key, depth, state, found_on, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      crawl,
      number,
      url,
      key,
      depth,
      state,
      foundOn ?? null,
      change ?? null,
    );
    return true;
  }

  /** Returns 0 where the key is taken. */
  alias(crawl: number, key: string, number: number): number {
    return this.#statements.run(
      "INSERT INTO keys (crawl, key, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      crawl,
      key,
      number,
    );
  }

  numberOf(crawl: number, key: string): number | undefined {
    return this.#statements.one<{ number: number }>(
      "SELECT number FROM keys WHERE crawl = ? AND key = ?",
      crawl,
      key,
    )?.number;
  }

  get(crawl: number, number: number): BookPage | undefined {
    return this.#statements.one<BookPage>(
      `SELECT ${BOOK_COLUMNS} FROM pages WHERE crawl = ? AND number = ?`,
      crawl,
      number,
    );
  }

  waiting(crawl: number, limit: number): BookPage[] {
    return this.#statements.all<BookPage>(
      `SELECT ${BOOK_COLUMNS} FROM pages WHERE crawl = ? AND state = 'waiting' ORDER BY depth, number LIMIT ?`,
      crawl,
      limit,
    );
  }

  active(crawl: number): BookPage[] {
    return this.#statements.all<BookPage>(
      `SELECT ${BOOK_COLUMNS} FROM pages WHERE crawl = ? AND state = 'active'`,
      crawl,
    );
  }

  setState(crawl: number, number: number, state: PageState): void {
    this.#statements.run("UPDATE pages SET state = ? WHERE crawl = ? AND number = ?", state, crawl, number);
  }

  cancelWaiting(crawl: number): number {
    return this.#statements.run(
      "UPDATE pages SET state = 'cancelled' WHERE crawl = ? AND state = 'waiting'",
      crawl,
    );
  }

  end(crawl: number, number: number, end: PageEnd): void {
    this.#statements.run(
      "UPDATE pages SET state = ?, change = ?, duplicate_of = ?, status_code = ?, title = ?, error = ?, " +
        "fingerprint = ?, finished_ms = ?, finish_no = ? WHERE crawl = ? AND number = ?",
      end.state,
      end.change ?? null,
      end.duplicateOf ?? null,
      end.statusCode ?? null,
      end.title ?? null,
      end.error === undefined ? null : JSON.stringify(end.error),
      end.fingerprint ?? null,
      end.finishedMs,
      end.finishNo,
      crawl,
      number,
    );
  }

  byFingerprint(crawl: number, fingerprint: string): number | undefined {
    return this.#statements.one<{ number: number }>(
      "SELECT number FROM pages WHERE crawl = ? AND fingerprint = ? AND state = 'completed' ORDER BY number LIMIT 1",
      crawl,
      fingerprint,
    )?.number;
  }

  list(
    crawl: number,
    { limit, after, order = "found", state, change }: CrawlPageQuery & { after?: number },
  ): (CrawlPage & { finishNo?: number })[] {
    const place = order === "finish" ? "p.finish_no" : "p.number";
    const conditions = ["p.crawl = ?"];
    const values: SQLInputValue[] = [crawl];
    const and = (condition: string, ...more: SQLInputValue[]) => {
      conditions.push(condition);
      values.push(...more);
    };
    if (order === "finish") and("p.finish_no IS NOT NULL");
    if (after !== undefined) and(`${place} > ?`, after);
    if (state !== undefined) and("p.state = ?", state);
    if (change !== undefined) and("p.change = ?", change);
    const sql = `${SHOWN} WHERE ${conditions.join(" AND ")} ORDER BY ${place} LIMIT ?`;
    return this.#statements.all<PageRow>(sql, ...values, limit).map(shown);
  }

  remove(crawl: number): void {
    this.#statements.run("DELETE FROM pages WHERE crawl = ?", crawl);
    this.#statements.run("DELETE FROM keys WHERE crawl = ?", crawl);
  }
}

function shown(row: PageRow): CrawlPage & { finishNo?: number } {
  return {
    number: row.number,
    url: row.url,
    depth: row.depth,
    state: row.state,
    foundOn: row.found_on_url ?? undefined,
    change: row.change ?? undefined,
    duplicateOf: row.duplicate_of_url ?? undefined,
    statusCode: row.status_code ?? undefined,
    title: row.title ?? undefined,
    error: row.error === null ? undefined : JSON.parse(row.error),
    finishedMs: row.finished_ms ?? undefined,
    finishNo: row.finish_no ?? undefined,
  };
}
