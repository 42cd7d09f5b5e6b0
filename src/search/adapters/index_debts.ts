import type { OwedBook, OwedChunk, OwedRemoval } from "../book_port.ts";
import { collectionOf } from "../book_port.ts";
import type { IndexChunks } from "./index_chunks.ts";
import type { IndexCounters } from "./index_counters.ts";
import type { IndexStatements } from "./index_statements.ts";

interface OwedRow {
  seq: number;
  debt: number;
  lang: string;
  chunk_id: string;
  text: string;
  heading_path: string;
  page: number | null;
  document_id: string;
  url: string | null;
  brand: string | null;
  title: string | null;
  fetched_ms: number;
  content_hash: string;
}

const OWED = "SELECT c.seq, c.owed AS debt, c.lang, c.id AS chunk_id, c.text, c.heading_path, c.page, " +
  "d.id AS document_id, d.url, d.brand, d.title, d.fetched_ms, d.content_hash " +
  "FROM chunks AS c JOIN documents AS d ON d.no = c.document_no " +
  "WHERE c.generation = ? AND c.owed IS NOT NULL ORDER BY c.owed LIMIT ?";

/** What the file owes to Chroma. */
export class IndexDebts implements OwedBook {
  readonly #sql: IndexStatements;
  readonly #counters: IndexCounters;
  readonly #chunks: IndexChunks;
  readonly #transaction: <T>(work: () => T) => T;
  readonly #embedderId: string;
  /** Collections that are known to be marked as begun. */
  readonly #begun = new Set<string>();

  constructor(options: {
    statements: IndexStatements;
    counters: IndexCounters;
    chunks: IndexChunks;
    transaction: <T>(work: () => T) => T;
    embedderId: string;
  }) {
    this.#sql = options.statements;
    this.#counters = options.counters;
    this.#chunks = options.chunks;
    this.#transaction = options.transaction;
    this.#embedderId = options.embedderId;
  }

  owed(limit: number): OwedChunk[] {
    const generations = this.#sql.all<{ no: number }>(
      "SELECT no FROM generations WHERE state <> 'retired' AND embedder_id = ? ORDER BY state = 'serving' DESC, no",
      this.#embedderId,
    );
    const owed: OwedChunk[] = [];
    for (const { no } of generations) {
      if (owed.length >= limit) break;
      const rows = this.#sql.all<OwedRow>(OWED, no, limit - owed.length);
      for (const row of rows) owed.push(owedChunk(row, no, this.#embedderId));
    }
    this.#begin(owed);
    return owed;
  }

  stored(chunks: readonly { seq: number; chunkId: string; debt: number }[]): void {
    this.#transaction(() => {
      for (const { seq, chunkId, debt } of chunks) {
        const paid = this.#sql.one<{ generation: number; no: number; lang: string }>(
          "UPDATE chunks SET owed = NULL WHERE seq = ? AND id = ? AND owed = ? " +
            "RETURNING generation, document_no AS no, lang",
          seq,
          chunkId,
          debt,
        );
        if (paid === undefined) continue;
        this.#counters.change(paid.generation, paid.no, paid.lang, { chunks: 0, owed: -1 });
      }
    });
  }

  removals(limit: number): OwedRemoval[] {
    const sql = "SELECT collection, chunk_id AS chunkId FROM removals LIMIT ?";
    return this.#sql.all<OwedRemoval>(sql, limit).map(({ collection, chunkId }) => ({ collection, chunkId }));
  }

  removed(removals: readonly OwedRemoval[]): void {
    this.#transaction(() => {
      const sql = "DELETE FROM removals WHERE chunk_id = ? AND collection = ?";
      for (const { chunkId, collection } of removals) this.#sql.run(sql, chunkId, collection);
    });
  }

  dropped(): string[] {
    return this.#sql.all<{ collection: string }>("SELECT collection FROM dropped").map((row) =>
      row.collection
    );
  }

  collectionGone(collection: string): void {
    this.#transaction(() => this.#sql.run("DELETE FROM dropped WHERE collection = ?", collection));
  }

  collections(): { collection: string; records: number }[] {
    const sql = "SELECT c.name AS collection, c.chunks - c.owed AS records FROM collections AS c " +
      "JOIN generations AS g ON g.no = c.generation WHERE g.state <> 'retired' ORDER BY c.name";
    return this.#sql.all<{ collection: string; records: number }>(sql)
      .map(({ collection, records }) => ({ collection, records }));
  }

  sort(collection: string, ids: readonly string[]): { known: string[]; orphans: string[] } {
    const of = this.#of(collection);
    const known: string[] = [];
    const orphans: string[] = [];
    for (const id of ids) (this.#has(of, id) ? known : orphans).push(id);
    return { known, orphans };
  }

  idsOf(collection: string, after: string, limit: number): string[] {
    const of = this.#of(collection);
    if (of === undefined) return [];
    const sql =
      "SELECT id FROM chunks WHERE generation = ? AND id > ? AND lang = ? AND owed IS NULL ORDER BY id LIMIT ?";
    return this.#sql.all<{ id: string }>(sql, of.generation, after, of.lang, limit).map(({ id }) => id);
  }

  lost(collection: string, ids: readonly string[]): void {
    const of = this.#of(collection);
    if (of === undefined) return;
    this.#transaction(() => {
      for (const id of ids) {
        const row = this.#sql.one<{ no: number }>(
          "UPDATE chunks SET owed = ? WHERE generation = ? AND id = ? AND lang = ? AND owed IS NULL " +
            "RETURNING document_no AS no",
          this.#chunks.debt(),
          of.generation,
          id,
          of.lang,
        );
        if (row !== undefined) this.#counters.change(of.generation, row.no, of.lang, { chunks: 0, owed: 1 });
      }
    });
  }

  orphaned(collection: string, ids: readonly string[]): void {
    const of = this.#of(collection);
    this.#transaction(() => {
      const sql = "INSERT OR IGNORE INTO removals (chunk_id, collection) VALUES (?, ?)";
      for (const id of ids) if (!this.#has(of, id)) this.#sql.run(sql, id, collection);
    });
  }

  /** Durable before anything is written there: a removal is owed for what may be in Chroma only. */
  #begin(owed: readonly OwedChunk[]): void {
    const fresh = new Set<string>();
    for (const { generation, embedderId, lang } of owed) {
      const name = collectionOf(generation, embedderId, lang);
      if (!this.#begun.has(name)) fresh.add(name);
    }
    if (fresh.size === 0) return;
    this.#transaction(() => {
      for (const name of fresh) this.#sql.run("UPDATE collections SET begun = 1 WHERE name = ?", name);
    });
    for (const name of fresh) this.#begun.add(name);
  }

  #of(collection: string): { generation: number; lang: string } | undefined {
    const sql = "SELECT generation, lang FROM collections WHERE name = ?";
    return this.#sql.one<{ generation: number; lang: string }>(sql, collection);
  }

  #has(of: { generation: number; lang: string } | undefined, id: string): boolean {
    if (of === undefined) return false;
    const sql = "SELECT 1 FROM chunks WHERE generation = ? AND id = ? AND lang = ?";
    return this.#sql.one(sql, of.generation, id, of.lang) !== undefined;
  }
}

function owedChunk(row: OwedRow, generation: number, embedderId: string): OwedChunk {
  const headingPath = JSON.parse(row.heading_path) as string[];
  const metadata: OwedChunk["metadata"] = {
    document_id: row.document_id,
    heading_path: headingPath.join(" > "),
    fetched_at: new Date(row.fetched_ms).toISOString(),
    content_hash: row.content_hash,
    lang: row.lang,
  };
  const { url, brand, title, page } = row;
  if (url !== null) metadata.url = url;
  if (brand !== null) metadata.brand = brand;
  if (title !== null) metadata.title = title;
  if (page !== null) metadata.page = page;
  return {
    seq: row.seq,
    debt: row.debt,
    generation,
    embedderId,
    lang: row.lang,
    chunkId: row.chunk_id,
    embedText: [...(title === null ? [] : [title]), ...headingPath, row.text].join("\n"),
    metadata,
  };
}
