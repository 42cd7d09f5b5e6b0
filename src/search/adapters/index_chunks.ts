import type { ChunkRows, ChunkState, Member, Unfinished } from "../index_book_port.ts";
import type { StoredChunk } from "../index_port.ts";
import type { IndexCounters } from "./index_counters.ts";
import type { IndexStatements } from "./index_statements.ts";

interface ChunkRow {
  seq: number;
  id: string;
  ordinal: number;
  text: string;
  heading_path: string;
  page: number | null;
  lang: string;
  tokens: number;
  owed: number | null;
}

/** Ids of a document's chunks lie between its id with `:` and its id with the character after `:`. */
const OF_DOCUMENT = "generation = ? AND id >= ? || ':' AND id < ? || ';'";

/** Chunks, and which document has how many of them in which generation. */
export class IndexChunks implements ChunkRows {
  readonly #sql: IndexStatements;
  readonly #counters: IndexCounters;
  readonly #embedderId: string;
  #nextSeq: number;
  #nextDebt: number;

  constructor(statements: IndexStatements, counters: IndexCounters, embedderId: string) {
    this.#sql = statements;
    this.#counters = counters;
    this.#embedderId = embedderId;
    this.#nextSeq = 1 + (statements.one<{ n: number | null }>("SELECT max(seq) AS n FROM chunks")!.n ?? 0);
    const debts = "SELECT max(n) AS n FROM " +
      "(SELECT (SELECT max(owed) FROM chunks WHERE generation = no AND owed IS NOT NULL) AS n FROM generations)";
    this.#nextDebt = 1 + (statements.one<{ n: number | null }>(debts)!.n ?? 0);
  }

  /** The number of a new debt. */
  debt(): number {
    return this.#nextDebt++;
  }

  member(generation: number, no: number): Member | undefined {
    this.#counters.flush();
    const sql =
      "SELECT chunks, owed AS owedVectors, unfinished FROM members WHERE generation = ? AND document_no = ?";
    return this.#sql.one<Member>(sql, generation, no);
  }

  setUnfinished(generation: number, no: number, unfinished: Unfinished): void {
    const update = "UPDATE members SET unfinished = ? WHERE generation = ? AND document_no = ?";
    if (this.#sql.run(update, unfinished, generation, no) > 0) return;
    this.#sql.run(
      "INSERT INTO members (generation, document_no, unfinished) VALUES (?, ?, ?)",
      generation,
      no,
      unfinished,
    );
    this.#sql.run("UPDATE generations SET documents = documents + 1 WHERE no = ?", generation);
  }

  leave(generation: number, no: number): void {
    this.#counters.flush();
    const sql = "DELETE FROM members WHERE generation = ? AND document_no = ?";
    if (this.#sql.run(sql, generation, no) === 0) return;
    this.#sql.run("UPDATE generations SET documents = documents - 1 WHERE no = ?", generation);
  }

  unfinished(generation: number, limit: number): number[] {
    const sql = "SELECT document_no AS no FROM members WHERE generation = ? AND unfinished <> 0 LIMIT ?";
    return this.#sql.all<{ no: number }>(sql, generation, limit).map(({ no }) => no);
  }

  countUnfinished(generation: number): number {
    const sql = "SELECT count(*) AS n FROM members WHERE generation = ? AND unfinished <> 0";
    return this.#sql.one<{ n: number }>(sql, generation)!.n;
  }

  states(generation: number, documentId: string): ChunkState[] {
    const sql = `SELECT seq, id, ordinal, page, lang, owed FROM chunks WHERE ${OF_DOCUMENT}`;
    return this.#sql.all<ChunkRow>(sql, generation, documentId, documentId).map((row) => ({
      seq: row.seq,
      chunkId: row.id,
      ordinal: row.ordinal,
      page: row.page ?? undefined,
      lang: row.lang,
      isOwed: row.owed !== null,
    }));
  }

  read(generation: number, documentId: string): StoredChunk[] {
    const sql = `SELECT * FROM chunks WHERE ${OF_DOCUMENT} ORDER BY ordinal`;
    return this.#sql.all<ChunkRow>(sql, generation, documentId, documentId).map((row) => ({
      chunkId: row.id,
      documentId,
      ordinal: row.ordinal,
      text: row.text,
      headingPath: JSON.parse(row.heading_path),
      page: row.page ?? undefined,
      lang: row.lang,
      tokens: row.tokens,
      hasVector: row.owed === null,
    }));
  }

  add(generation: number, no: number, chunk: Omit<StoredChunk, "hasVector" | "documentId">): number {
    const seq = this.#nextSeq++;
    this.#sql.run(
      "INSERT INTO chunks (seq, generation, document_no, id, ordinal, text, heading_path, page, lang, tokens, owed) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      seq,
      generation,
      no,
      chunk.chunkId,
      chunk.ordinal,
      chunk.text,
      JSON.stringify(chunk.headingPath),
      chunk.page ?? null,
      chunk.lang,
      chunk.tokens,
      this.debt(),
    );
    this.#counters.change(generation, no, chunk.lang, { chunks: 1, owed: 1 });
    this.#keepRecord(generation, chunk.lang, chunk.chunkId);
    return seq;
  }

  move(seq: number, { ordinal, page }: { ordinal: number; page?: number }): void {
    this.#sql.run("UPDATE chunks SET ordinal = ?, page = ? WHERE seq = ?", ordinal, page ?? null, seq);
  }

  owe(generation: number, no: number, chunk: ChunkState, lang: string): void {
    this.#sql.run("UPDATE chunks SET owed = ?, lang = ? WHERE seq = ?", this.debt(), lang, chunk.seq);
    if (lang === chunk.lang) {
      this.#counters.change(generation, no, lang, { chunks: 0, owed: chunk.isOwed ? 0 : 1 });
      return;
    }
    this.#counters.change(generation, no, chunk.lang, { chunks: -1, owed: chunk.isOwed ? -1 : 0 });
    this.#counters.change(generation, no, lang, { chunks: 1, owed: 1 });
    this.#oweRemoval(generation, chunk.lang, chunk.chunkId);
    this.#keepRecord(generation, lang, chunk.chunkId);
  }

  remove(generation: number, no: number, chunks: readonly ChunkState[]): void {
    for (const { seq, chunkId, lang, isOwed } of chunks) {
      this.#sql.run("DELETE FROM chunks WHERE seq = ?", seq);
      this.#counters.change(generation, no, lang, { chunks: -1, owed: isOwed ? -1 : 0 });
      this.#oweRemoval(generation, lang, chunkId);
    }
  }

  owesOf(documentId: string): boolean {
    const owed = "SELECT 1 FROM documents AS d JOIN members AS m ON m.document_no = d.no " +
      "JOIN generations AS g ON g.no = m.generation " +
      "WHERE d.id = ? AND m.owed > 0 AND g.state <> 'retired' AND g.embedder_id = ? LIMIT 1";
    this.#counters.flush();
    if (this.#sql.one(owed, documentId, this.#embedderId) !== undefined) return true;
    const removals = "SELECT 1 FROM removals WHERE chunk_id >= ? || ':' AND chunk_id < ? || ';' LIMIT 1";
    return this.#sql.one(removals, documentId, documentId) !== undefined;
  }

  count(generation: number): { chunks: number; owed: number } {
    const chunks = "SELECT count(*) AS n FROM chunks WHERE generation = ?";
    const owed = "SELECT count(*) AS n FROM chunks WHERE generation = ? AND owed IS NOT NULL";
    return {
      chunks: this.#sql.one<{ n: number }>(chunks, generation)!.n,
      owed: this.#sql.one<{ n: number }>(owed, generation)!.n,
    };
  }

  countRemovals(): number {
    return this.#sql.one<{ n: number }>("SELECT count(*) AS n FROM removals")!.n;
  }

  #oweRemoval(generation: number, lang: string, chunkId: string): void {
    this.#sql.run(
      "INSERT OR IGNORE INTO removals (chunk_id, collection) " +
        "SELECT ?, name FROM collections WHERE generation = ? AND lang = ? AND begun <> 0",
      chunkId,
      generation,
      lang,
    );
  }

  /** The same text is back: its record is to be written over, not removed. */
  #keepRecord(generation: number, lang: string, chunkId: string): void {
    this.#sql.run(
      "DELETE FROM removals WHERE chunk_id = ? AND collection = " +
        "(SELECT name FROM collections WHERE generation = ? AND lang = ?)",
      chunkId,
      generation,
      lang,
    );
  }
}
