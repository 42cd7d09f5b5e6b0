import type { Postings, WordReader } from "../word_port.ts";
import { Lru } from "./lru.ts";

/** Of a term that stands more often only titles and headings are read: that it stands in a text says too little. */
const COMMON_TIMES = 20_000;
const MAX_HEADS = 12_000;
const MAX_COUNTED = 200_000;
/** What is kept weighs so much at most. */
export const BUDGET_BYTES = 40 * 1024 * 1024;

export interface TermPostings extends Postings {
  isCommon: boolean;
  /** Rows that have it. */
  frequency: number;
}

interface Held extends TermPostings {
  upTo: number;
}

/** Where terms stand, kept: of rows that have come since, only those are read. */
export class PostingCache {
  readonly #reader: WordReader;
  readonly #terms = new Lru<Held>(BUDGET_BYTES);
  readonly #labels = new Lru<{ marks: Uint8Array; upTo: number }>(BUDGET_BYTES / 4);

  constructor(reader: WordReader) {
    this.#reader = reader;
  }

  /** What was kept has rows that have gone. */
  clear(): void {
    this.#terms.clear();
    this.#labels.clear();
  }

  of(generation: number, term: string, lastRow: number): TermPostings {
    const key = `${generation} ${term}`;
    let held = this.#terms.get(key);
    if (held?.upTo === lastRow) return held;
    if (held !== undefined) held = this.#extended(held, generation, term, lastRow);
    held ??= this.#read(generation, term, lastRow);
    this.#terms.set(key, held, 200 + 5 * held.rows.length);
    return held;
  }

  /** 1 for each row that bears the label. */
  labelled(generation: number, label: string, lastRow: number): Uint8Array {
    const key = `${generation} ${label}`;
    const held = this.#labels.get(key);
    if (held?.upTo === lastRow) return held.marks;
    const marks = new Uint8Array(lastRow + 1);
    if (held !== undefined) marks.set(held.marks.subarray(0, Math.min(held.marks.length, marks.length)));
    for (const row of this.#reader.rowsLabelled(generation, label, { after: held?.upTo ?? 0 })) {
      if (row <= lastRow) marks[row] = 1;
    }
    this.#labels.set(key, { marks, upTo: lastRow }, marks.length + 200);
    return marks;
  }

  #read(generation: number, term: string, lastRow: number): Held {
    const postings = this.#reader.postings(generation, term, COMMON_TIMES);
    if (postings !== undefined) {
      const known = upTo(postings, lastRow);
      return { ...known, isCommon: false, frequency: known.rows.length, upTo: lastRow };
    }
    const frequency = this.#reader.countWith(generation, term, MAX_COUNTED);
    const known = upTo(this.#inHeads(generation, term, 0), lastRow);
    return { ...known, isCommon: true, frequency, upTo: lastRow };
  }

  /** With the rows that have come; undefined where so many have that it is better read anew. */
  #extended(held: Held, generation: number, term: string, lastRow: number): Held | undefined {
    const news = upTo(this.#inHeads(generation, term, held.upTo, held.isCommon ? [] : ["body"]), lastRow);
    const came = news.rows.length;
    if (came > 100 + held.rows.length / 8) return undefined;
    if (came === 0) return { ...held, upTo: lastRow };
    const rows = new Uint32Array(held.rows.length + came);
    const times = new Uint8Array(rows.length);
    rows.set(held.rows);
    rows.set(news.rows, held.rows.length);
    times.set(held.times);
    times.set(news.times, held.rows.length);
    return { rows, times, isCommon: held.isCommon, frequency: held.frequency + came, upTo: lastRow };
  }

  #inHeads(generation: number, term: string, after: number, more: "body"[] = []): Postings {
    const times = new Map<number, number>();
    for (const column of ["title", "headings", ...more] as const) {
      const once = column === "title" ? 0x40 : column === "headings" ? 0x10 : 1;
      for (const row of this.#reader.rowsWith(generation, term, { column, after, limit: MAX_HEADS })) {
        times.set(row, (times.get(row) ?? 0) | once);
      }
    }
    const rows = Uint32Array.from(times.keys()).sort();
    return { rows, times: Uint8Array.from(rows, (row) => times.get(row)!) };
  }
}

/** Without rows that were written while the query is being answered: they would be read again as new ones. */
function upTo({ rows, times }: Postings, lastRow: number): Postings {
  let size = rows.length;
  while (size > 0 && rows[size - 1]! > lastRow) size--;
  return size === rows.length ? { rows, times } : { rows: rows.slice(0, size), times: times.slice(0, size) };
}
