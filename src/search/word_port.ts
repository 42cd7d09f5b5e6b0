import type { WordFields } from "./book_port.ts";

/** Words of chunks in FTS5: tables of their own for each generation; a chunk's row has the chunk's `seq`. */

/** The index thread's side. Runs inside the transaction its caller has begun. */
export interface WordWriter {
  create(generation: number): void;
  drop(generation: number): void;
  /** `labels`: what a search may ask for (`brand:x`, `kind:y`, `lang:he`, `source:upload`, `tag:z`, `document:id`). */
  add(generation: number, seq: number, words: WordFields, labels: readonly string[]): void;
  remove(generation: number, seqs: readonly number[]): void;
  count(generation: number): number;
}

/** The search thread's side. */
export interface KeywordSearch {
  /** Best first. */
  search(generation: number, query: string, options: KeywordOptions): KeywordResult;
}

export interface KeywordOptions {
  limit: number;
  /** All of them must be on the chunk. */
  labels?: readonly string[];
}

export interface KeywordResult {
  hits: { seq: number; score: number }[];
  /** What was looked for, a group for each word of the query: any of `forms` (as in `WordFields`) is that word. */
  words: QueryWord[];
  /** Words that nobody has, and what was looked for in their place. */
  corrections: { from: string; to: string[] }[];
}

export interface QueryWord {
  /** As it stands in the query. */
  text: string;
  forms: string[];
  /** Inverse document frequency: how much it tells. */
  weight: number;
}

/** What `KeywordSearch` is made from: the tables of `WordWriter`, read-only. */
export interface WordReader {
  match(
    generation: number,
    terms: readonly string[],
    options: { limit: number; labels?: readonly string[] },
  ): { seq: number; score: number }[];
}
