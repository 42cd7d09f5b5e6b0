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

/** Where a term stands, by row; rows ascend. */
export interface Postings {
  rows: Uint32Array;
  /** Times in title (bits 6-7), headings (4-5) and body (0-3), each no more than fits. */
  times: Uint8Array;
}

/** A row and what it is of. */
export interface WordRow {
  row: number;
  seq: number;
  /** Words. */
  titleSize: number;
  headingsSize: number;
  bodySize: number;
}

/**
 * What `KeywordSearch` is made from: the tables of `WordWriter`, read-only. Rows are numbers of its own: one is given once
 * and its words never change, so that what was read of the rows up to `lastRow` stays true, but for rows that have gone.
 */
export interface WordReader {
  /** Undefined: there is no such generation (any more). */
  state(generation: number): { lastRow: number } | undefined;
  /** Terms after one, in their order, with how many times each stands; labels are among them. */
  frequencies(generation: number, after: string, limit: number): { term: string; times: number }[];
  /** How many rows there are; linear in them. */
  countRows(generation: number): number;
  /** Rows that have a term in a column, ascending, after `after`, `limit` at most. */
  rowsWith(
    generation: number,
    term: string,
    options: { column: "title" | "headings" | "body"; after?: number; limit: number },
  ): number[];
  rowsLabelled(generation: number, label: string, options: { after?: number }): number[];
  /** Rows that have all the terms, ascending; `inHeads`: at least one of them in title or headings. */
  rowsWithAll(
    generation: number,
    terms: readonly string[],
    options: { limit: number; inHeads?: boolean },
  ): number[];
  /** How many rows have a term in title, headings or body: no more than `limit` are counted. */
  countWith(generation: number, term: string, limit: number): number;
  /** Where a term stands; undefined of one that stands more than `most` times anywhere. */
  postings(generation: number, term: string, most: number): Postings | undefined;
  /** Which of the rows are still there. */
  rows(generation: number, rows: readonly number[]): WordRow[];
  /** Which of these are in the vocabulary. */
  known(generation: number, terms: readonly string[]): string[];
  familyTerms(generation: number, families: readonly string[], limit: number): string[];
  /** Terms whose sound has one of the skeletons. */
  skeletonTerms(generation: number, skeletons: readonly string[], limit: number): string[];
  prefixTerms(generation: number, prefix: string, limit: number): string[];
}
