import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { SqliteIndexBook } from "../../src/search/adapters/sqlite_index_book.ts";
import { IndexCore } from "../../src/search/index_core.ts";
import { IndexRebuild } from "../../src/search/index_rebuild.ts";
import { indexBooks } from "../../src/search/index_books.ts";
import type { DocumentFilter, IndexDocument, PutAnswer } from "../../src/search/index_port.ts";
import type { IndexWork } from "../../src/search/index_work.ts";

/** An id as the service makes them. */
export function docId(name: string): string {
  return `doc_${
    [...new TextEncoder().encode(name)].map((byte) => byte.toString(16)).join("").padStart(24, "0")
  }`;
}

/** Markdown of sections, each long enough to be a passage of its own. */
export function sections(...names: string[]): string {
  const fill = "It has keys and pedals, a warranty of two years, and a cable that fits every socket. ".repeat(
    6,
  );
  return names.map((name) => `## About ${name}\n\n${name}: ${fill}`).join("\n\n");
}

/** A scraped page at `https://shop.example/<name>`. */
export function page(name: string, markdown: string, more: Partial<IndexDocument> = {}): IndexDocument {
  const url = `https://shop.example/${name}`;
  return {
    documentId: docId(name),
    source: "scrape",
    url,
    title: `Page ${name}`,
    fetchedMs: 1000,
    markdown,
    ...more,
  };
}

/** The index on a real file, without its thread: works are run to their end, a transaction a step. */
export class IndexBench implements Disposable {
  readonly path: string;
  readonly embedderId: string;
  readonly maxTokens: number;
  book!: SqliteIndexBook;
  core!: IndexCore;
  rebuild!: IndexRebuild;
  #db!: DatabaseSync;
  readonly #folder = Deno.makeTempDirSync({ prefix: "tutti-index-" });

  constructor({ embedderId = "test-1", maxTokens = 160, path }: {
    embedderId?: string;
    maxTokens?: number;
    path?: string;
  } = {}) {
    this.path = path ?? join(this.#folder, "search.db");
    this.embedderId = embedderId;
    this.maxTokens = maxTokens;
    this.open({ embedderId, maxTokens });
  }

  open({ embedderId = this.embedderId, maxTokens = this.maxTokens } = {}): void {
    this.book = new SqliteIndexBook({ path: this.path, embedderId, tune: (db) => void (this.#db = db) });
    this.core = new IndexCore(this.book, { maxTokens, nowMs: () => 1_000_000 });
    this.rebuild = new IndexRebuild(this.book, this.core, { embedderId, nowMs: () => 1_000_000 });
    this.book.transaction(() => this.rebuild.open());
  }

  reopen(options: { embedderId?: string; maxTokens?: number } = {}): void {
    this.book[Symbol.dispose]();
    this.open(options);
  }

  run<T>(work: IndexWork<T>): T {
    for (;;) {
      const { done, value } = this.book.transaction(() => work.next());
      if (done) return value;
    }
  }

  put(document: IndexDocument): PutAnswer {
    return this.run(this.core.put(document));
  }

  remove(filter: DocumentFilter): { documents: number; chunks: number } {
    return this.run(this.core.remove(filter));
  }

  tidy(): void {
    this.run(this.rebuild.tidy());
  }

  /** Brings a whole new generation in; true: it serves. */
  rebuildAll(sliceSize = 3): boolean {
    const { generation, slices } = this.book.transaction(() =>
      this.rebuild.begin({ force: true, sliceSize })
    );
    for (const slice of slices) this.run(this.rebuild.slice(generation!, slice));
    return this.book.transaction(() => this.rebuild.finish(generation!)).whole;
  }

  /** Pays up to `limit` debts as Chroma would. Returns the chunk ids. */
  pay(limit = 10_000): string[] {
    const owed = this.book.debts.owed(limit);
    this.book.debts.stored(owed);
    return owed.map(({ chunkId }) => chunkId);
  }

  /** Throws unless every count of the file agrees with its rows. */
  async assertBooks(): Promise<void> {
    const { problems } = await indexBooks(this.book, { deep: true, timeoutMs: 1000 });
    problems.push(
      ...this.query("PRAGMA integrity_check").map((row) => String(row.integrity_check)).filter((text) =>
        text !== "ok"
      ),
    );
    const counted =
      `SELECT m.generation, m.document_no FROM members AS m JOIN generations AS g ON g.no = m.generation
      WHERE g.state <> 'retired' AND (m.chunks, m.owed) <> (SELECT count(*), count(c.owed) FROM chunks AS c
      WHERE c.generation = m.generation AND c.document_no = m.document_no)`;
    for (const row of this.query(counted)) problems.push(`member ${JSON.stringify(row)} is counted wrong`);
    const collections = `SELECT x.name FROM collections AS x JOIN generations AS g ON g.no = x.generation
      WHERE g.state <> 'retired' AND (x.chunks, x.owed) <> (SELECT count(*), count(c.owed) FROM chunks AS c
      WHERE c.generation = x.generation AND c.lang = x.lang)`;
    for (const row of this.query(collections)) problems.push(`collection ${row.name} is counted wrong`);
    const stray =
      `SELECT c.id FROM chunks AS c JOIN generations AS g ON g.no = c.generation AND g.state <> 'retired'
      WHERE NOT EXISTS (SELECT 1 FROM members AS m WHERE m.generation = c.generation AND m.document_no = c.document_no)`;
    for (const row of this.query(stray)) problems.push(`chunk ${row.id} has no member`);
    const both = "SELECT r.chunk_id FROM removals AS r JOIN collections AS x ON x.name = r.collection " +
      "JOIN chunks AS c ON c.generation = x.generation AND c.lang = x.lang AND c.id = r.chunk_id";
    for (const row of this.query(both)) problems.push(`chunk ${row.chunk_id} is here and to be removed`);
    for (
      const { no, documents } of this.query("SELECT no, documents FROM generations WHERE state <> 'retired'")
    ) {
      const [row] = this.query(`SELECT count(*) AS n FROM members WHERE generation = ${no}`);
      if (row!.n !== documents) {
        problems.push(`generation ${no} has ${row!.n} members, counted as ${documents}`);
      }
      const [words] = this.query(`SELECT count(*) AS n FROM chunks WHERE generation = ${no}`);
      if (words!.n !== this.book.words.count(Number(no))) problems.push(`generation ${no} has other words`);
    }
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }

  /** As if its disk had no room for more pages than these, or than there are. */
  limitPages(pages: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${pages}`);
  }

  query(sql: string): Record<string, unknown>[] {
    using db = new DatabaseSync(this.path, { readOnly: true });
    return db.prepare(sql).all() as Record<string, unknown>[];
  }

  [Symbol.dispose](): void {
    this.book[Symbol.dispose]();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** All that a file says, without the numbers that depend on the order of events: equal files are equal indexes. */
export function contentsOf(path: string): Record<string, string[]> {
  using db = new DatabaseSync(path, { readOnly: true });
  const all = (sql: string) => db.prepare(sql).all().map((row) => JSON.stringify(row)).toSorted();
  const [{ no }] = db.prepare("SELECT no FROM generations WHERE state = 'serving'").all() as [{ no: number }];
  return {
    documents: all(
      "SELECT id, source, url, title, brand, tags, language, kind, content_type, fetched_ms, read_ms, content_hash, " +
        "fingerprint, going, hex(deflated) FROM documents JOIN texts ON document_no = no",
    ),
    aliases: all("SELECT url_key, d.id FROM aliases JOIN documents AS d ON d.no = document_no"),
    members: all(
      `SELECT d.id, chunks, unfinished FROM members JOIN documents AS d ON d.no = document_no WHERE generation = ${no}`,
    ),
    chunks: all(
      "SELECT c.id, d.id AS document, ordinal, text, heading_path, page, lang, tokens FROM chunks AS c " +
        `JOIN documents AS d ON d.no = document_no WHERE generation = ${no}`,
    ),
    collections: all(`SELECT lang, chunks FROM collections WHERE generation = ${no} AND chunks > 0`),
    words: all(
      `SELECT c.id, o.term, o.col, o.offset FROM words_${no}_occurrences AS o ` +
        `JOIN words_${no}_rows AS r ON r.no = o.doc JOIN chunks AS c ON c.seq = r.seq`,
    ),
    strays: all("SELECT document_no FROM texts WHERE document_no NOT IN (SELECT no FROM documents)"),
  };
}
