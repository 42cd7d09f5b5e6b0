import type { DatabaseSync } from "node:sqlite";
import type { WordReader } from "../word_port.ts";
import { labelTerm, wordTable } from "./word_names.ts";

/** The words of an index file that another thread writes. */
export class WordTablesReader implements WordReader {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  match(
    generation: number,
    terms: readonly string[],
    options: { limit: number; labels?: readonly string[] },
  ): { seq: number; score: number }[] {
    const words = terms.map((term) => `"${term}"`).join(" OR ");
    const labels = (options.labels ?? []).map((label) => ` AND labels : ${labelTerm(label)}`).join("");
    const rows = this.#db.prepare(
      `SELECT rowid AS seq, -bm25(${wordTable(generation)}, 2, 1.5, 1, 0) AS score FROM ${
        wordTable(generation)
      } ` +
        `WHERE ${wordTable(generation)} MATCH ? ORDER BY score DESC LIMIT ?`,
    ).all(`{title headings body} : (${words})${labels}`, options.limit);
    return rows as unknown as { seq: number; score: number }[];
  }
}
