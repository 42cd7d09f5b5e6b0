import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { WordFields } from "../book_port.ts";
import type { WordWriter } from "../word_port.ts";
import { labelTerm, wordTableNames } from "./word_names.ts";
import { WordTerms } from "./word_terms.ts";

/** Statements of one generation. */
interface Prepared {
  insertRow: StatementSync;
  insertWords: StatementSync;
  deleteRow: StatementSync;
  deleteWords: StatementSync;
  terms: WordTerms;
}

/**
 * Words of chunks, three tables for each generation:
 *
 * words_N        FTS5, contentless. Its rowid is `no` of:
 * words_N_rows   which chunk it is. A number is given once and its words never change, so that a reader may keep what it
 *                has read of the numbers up to one: a chunk that is written again gets a new one. `sizes`: words of title,
 *                headings and body, packed (`packSizes`).
 * words_N_terms  the vocabulary, for other forms, sounds and typos. Terms that no row has any more may be left in it.
 */
export class WordTables implements WordWriter {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<number, Prepared>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  create(generation: number): void {
    const { words, occurrences, rows, terms } = wordTableNames(generation);
    this.#prepared.delete(generation);
    this.#db.exec(`
      CREATE VIRTUAL TABLE ${words} USING fts5(
        title, headings, body, labels, content='', contentless_delete=1, tokenize='ascii'
      );
      CREATE VIRTUAL TABLE ${occurrences} USING fts5vocab(${words}, instance);
      CREATE TABLE ${rows} (no INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL UNIQUE, sizes INTEGER NOT NULL) STRICT;
      CREATE TABLE ${terms} (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, family TEXT NOT NULL, skeleton TEXT) STRICT;
      CREATE INDEX ${terms}_family ON ${terms} (family);
      CREATE INDEX ${terms}_skeleton ON ${terms} (skeleton) WHERE skeleton IS NOT NULL;
    `);
  }

  drop(generation: number): void {
    this.#prepared.delete(generation);
    const { words, occurrences, rows, terms } = wordTableNames(generation);
    for (const table of [occurrences, words, rows, terms]) this.#db.exec(`DROP TABLE IF EXISTS ${table}`);
  }

  add(generation: number, seq: number, words: WordFields, labels: readonly string[]): void {
    const { insertRow, insertWords, terms } = this.#of(generation);
    const no = insertRow.run(seq, packSizes(words)).lastInsertRowid;
    insertWords.run(no, words.title, words.headings, words.body, labels.map(labelTerm).join(" "));
    terms.add([words.title, words.headings, words.body]);
  }

  remove(generation: number, seqs: readonly number[]): void {
    const { deleteRow, deleteWords } = this.#of(generation);
    for (const seq of seqs) {
      const row = deleteRow.get(seq);
      if (row !== undefined) deleteWords.run(row.no!);
    }
  }

  count(generation: number): number {
    const row = this.#db.prepare(`SELECT count(*) AS rows FROM ${wordTableNames(generation).words}`).get();
    return Number(row!.rows);
  }

  #of(generation: number): Prepared {
    let prepared = this.#prepared.get(generation);
    if (prepared === undefined) {
      const { words, rows } = wordTableNames(generation);
      prepared = {
        insertRow: this.#db.prepare(`INSERT INTO ${rows} (seq, sizes) VALUES (?, ?)`),
        insertWords: this.#db.prepare(
          `INSERT INTO ${words} (rowid, title, headings, body, labels) VALUES (?, ?, ?, ?, ?)`,
        ),
        deleteRow: this.#db.prepare(`DELETE FROM ${rows} WHERE seq = ? RETURNING no`),
        deleteWords: this.#db.prepare(`DELETE FROM ${words} WHERE rowid = ?`),
        terms: new WordTerms(this.#db, generation),
      };
      this.#prepared.set(generation, prepared);
    }
    return prepared;
  }
}

/** Words of title (8 bits), headings (8) and body (16) in one number; more than fit count as the most. */
function packSizes(words: WordFields): number {
  const size = (field: string, most: number) => Math.min(most, field === "" ? 0 : field.split(" ").length);
  return size(words.title, 255) * 0x1000000 + size(words.headings, 255) * 0x10000 + size(words.body, 0xffff);
}
