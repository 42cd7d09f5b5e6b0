import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Postings, WordReader, WordRow } from "../word_port.ts";
import { labelTerm, wordTableNames } from "./word_names.ts";

type Names = ReturnType<typeof wordTableNames>;

/** Statements kept; beyond that (a generation has about twelve) all are prepared anew. */
const MAX_STATEMENTS = 64;

/** The words of an index file that another thread writes. */
export class WordTablesReader implements WordReader {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #counted = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  state(generation: number): { lastRow: number } | undefined {
    const { rows } = wordTableNames(generation);
    try {
      const row = this.#prepare(`SELECT max(no) AS no FROM ${rows}`).get();
      return { lastRow: Number(row!.no ?? 0) };
    } catch (error) {
      if (error instanceof Error && error.message.includes("no such table")) return undefined;
      throw error;
    }
  }

  frequencies(generation: number, after: string, limit: number): { term: string; times: number }[] {
    const { words } = wordTableNames(generation);
    // In the temporary database, as the file is not this thread's to write.
    const table = `temp.${words}_frequencies`;
    if (!this.#counted.has(table)) {
      this.#db.exec(`CREATE VIRTUAL TABLE IF NOT EXISTS ${table} USING fts5vocab(main, ${words}, row)`);
      this.#counted.add(table);
    }
    return this.#prepare(`SELECT term, cnt FROM ${table} WHERE term > ? LIMIT ?`).all(after, limit)
      .map(({ term, cnt }) => ({ term: String(term), times: Number(cnt) }));
  }

  countRows(generation: number): number {
    return Number(this.#get(generation, ({ rows }) => `SELECT count(*) AS count FROM ${rows}`)!.count);
  }

  rowsWith(
    generation: number,
    term: string,
    { column, after = 0, limit }: { column: "title" | "headings" | "body"; after?: number; limit: number },
  ): number[] {
    return this.#rowsMatching(generation, `${column} : ${phrase(term)}`, after, limit);
  }

  rowsLabelled(generation: number, label: string, { after = 0 }: { after?: number }): number[] {
    return this.#rowsMatching(generation, `labels : ${labelTerm(label)}`, after, -1);
  }

  rowsWithAll(
    generation: number,
    terms: readonly string[],
    { limit, inHeads = false }: { limit: number; inHeads?: boolean },
  ): number[] {
    if (terms.length === 0) return [];
    const all = `{title headings body} : (${terms.map(phrase).join(" AND ")})`;
    const heads = `{title headings} : (${terms.map(phrase).join(" OR ")})`;
    return this.#rowsMatching(generation, inHeads ? `(${heads}) AND (${all})` : all, 0, limit);
  }

  countWith(generation: number, term: string, limit: number): number {
    const row = this.#get(
      generation,
      ({ words }) => `SELECT count(*) AS count FROM (SELECT 1 FROM ${words} WHERE ${words} MATCH ? LIMIT ?)`,
      `{title headings body} : ${phrase(term)}`,
      limit,
    );
    return Number(row!.count);
  }

  postings(generation: number, term: string, most: number): Postings | undefined {
    // one string for all: an object for each row would cost ten times as much
    const row = this.#get(
      generation,
      ({ occurrences }) =>
        `SELECT group_concat(doc) AS docs, group_concat(substr(col, 1, 1), '') AS cols FROM ` +
        `(SELECT doc, col FROM ${occurrences} WHERE term = ? LIMIT ?)`,
      term,
      most + 1,
    )!;
    if (row.docs === null) return EMPTY;
    const cols = String(row.cols);
    return cols.length > most ? undefined : gather(numbersOf(String(row.docs)), cols);
  }

  rows(generation: number, rows: readonly number[]): WordRow[] {
    const found = this.#all(
      generation,
      (names) => `SELECT no, seq, sizes FROM ${names.rows} WHERE no IN (SELECT value FROM json_each(?))`,
      JSON.stringify(rows),
    );
    return found.map(({ no, seq, sizes }) => ({
      row: Number(no),
      seq: Number(seq),
      titleSize: Math.floor(Number(sizes) / 0x1000000),
      headingsSize: Math.floor(Number(sizes) / 0x10000) & 0xff,
      bodySize: Number(sizes) & 0xffff,
    }));
  }

  known(generation: number, terms: readonly string[]): string[] {
    return this.#terms(generation, "WHERE term IN (SELECT value FROM json_each(?))", JSON.stringify(terms));
  }

  familyTerms(generation: number, families: readonly string[], limit: number): string[] {
    const where = "WHERE family IN (SELECT value FROM json_each(?)) LIMIT ?";
    return this.#terms(generation, where, JSON.stringify(families), limit);
  }

  skeletonTerms(generation: number, skeletons: readonly string[], limit: number): string[] {
    const where = "WHERE skeleton IN (SELECT value FROM json_each(?)) LIMIT ?";
    return this.#terms(generation, where, JSON.stringify(skeletons), limit);
  }

  prefixTerms(generation: number, prefix: string, limit: number): string[] {
    return this.#terms(
      generation,
      "WHERE term > ? AND term < ? LIMIT ?",
      prefix,
      `${prefix}\u{10ffff}`,
      limit,
    );
  }

  #terms(generation: number, where: string, ...values: SQLInputValue[]): string[] {
    return this.#all(generation, ({ terms }) => `SELECT term FROM ${terms} ${where}`, ...values)
      .map(({ term }) => String(term));
  }

  #rowsMatching(generation: number, expression: string, after: number, limit: number): number[] {
    const row = this.#get(
      generation,
      ({ words }) =>
        `SELECT group_concat(no) AS rows FROM (SELECT rowid AS no FROM ${words} WHERE ${words} MATCH ? AND rowid > ? LIMIT ?)`,
      expression,
      // FTS5 seeks to an integer only; a number would be bound as a real one
      BigInt(after),
      limit,
    );
    return row!.rows === null ? [] : numbersOf(String(row!.rows));
  }

  #get(generation: number, sql: (names: Names) => string, ...values: SQLInputValue[]) {
    return this.#prepare(sql(wordTableNames(generation))).get(...values);
  }

  #all(generation: number, sql: (names: Names) => string, ...values: SQLInputValue[]) {
    return this.#prepare(sql(wordTableNames(generation))).all(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      this.#statements.set(sql, statement = this.#db.prepare(sql));
    }
    return statement;
  }
}

const EMPTY: Postings = { rows: new Uint32Array(0), times: new Uint8Array(0) };

/** Terms have letters and digits only, so that none ends the quotes; in quotes none is an operator. */
function phrase(term: string): string {
  return `"${term}"`;
}

function numbersOf(list: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (let at = 0; at < list.length; at++) {
    const code = list.charCodeAt(at);
    if (code === 44) {
      numbers.push(number);
      number = 0;
    } else number = number * 10 + code - 48;
  }
  numbers.push(number);
  return numbers;
}

/** A row and a column's first letter for each time the term stands somewhere, made one entry for each row. */
function gather(docs: number[], cols: string): Postings {
  const rows = new Uint32Array(docs.length);
  const times = new Uint8Array(docs.length);
  let size = 0;
  for (let at = 0; at < docs.length; at++) {
    const col = cols.charCodeAt(at);
    if (col === 108) continue; // labels
    if (size === 0 || rows[size - 1] !== docs[at]) rows[size++] = docs[at]!;
    const before = times[size - 1]!;
    if (col === 116) times[size - 1] = before >= 0xc0 ? before : before + 0x40;
    else if (col === 104) times[size - 1] = (before & 0x30) === 0x30 ? before : before + 0x10;
    else times[size - 1] = (before & 0x0f) === 0x0f ? before : before + 1;
  }
  return { rows: rows.slice(0, size), times: times.slice(0, size) };
}
