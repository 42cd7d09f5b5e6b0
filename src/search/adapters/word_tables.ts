import type { DatabaseSync } from "node:sqlite";
import type { WordFields } from "../book_port.ts";
import type { WordWriter } from "../word_port.ts";
import { labelTerm, wordTable } from "./word_names.ts";

/** Words of chunks in FTS5, a contentless table for each generation. */
export class WordTables implements WordWriter {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  create(generation: number): void {
    this.#db.exec(
      `CREATE VIRTUAL TABLE ${wordTable(generation)} USING fts5(title, headings, body, labels, ` +
        `content='', contentless_delete=1, tokenize='ascii')`,
    );
  }

  drop(generation: number): void {
    this.#db.exec(`DROP TABLE IF EXISTS ${wordTable(generation)}`);
  }

  add(generation: number, seq: number, words: WordFields, labels: readonly string[]): void {
    this.#db.prepare(
      `INSERT INTO ${wordTable(generation)} (rowid, title, headings, body, labels) VALUES (?, ?, ?, ?, ?)`,
    ).run(seq, words.title, words.headings, words.body, labels.map(labelTerm).join(" "));
  }

  remove(generation: number, seqs: readonly number[]): void {
    const statement = this.#db.prepare(`DELETE FROM ${wordTable(generation)} WHERE rowid = ?`);
    for (const seq of seqs) statement.run(seq);
  }

  count(generation: number): number {
    const row = this.#db.prepare(`SELECT count(*) AS rows FROM ${wordTable(generation)}`).get();
    return Number(row!.rows);
  }
}
