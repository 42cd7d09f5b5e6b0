import type { WordReader } from "../word_port.ts";
import { BUDGET_BYTES, type PostingCache } from "./posting_cache.ts";

/** Rarer terms are read in no time when they are asked for. */
const LEAST_TIMES = 100;
/** Share of the cache that is filled beforehand; the rest is for what is asked. */
const SHARE = 0.7;
/** What a term weighs in the cache beside its rows. */
const TERM_BYTES = 200;
/** Terms between two rests while the vocabulary is read. */
const PAGE = 500;

/**
 * Reads where the commonest terms stand before anybody asks: reading one for the first time takes up to 10 ms, and a
 * question has several. Yields wherever it may rest.
 */
export function* warmUp(
  reader: WordReader,
  postings: PostingCache,
  generation: number,
  lastRow: number,
): Generator<void, void> {
  const common: { term: string; times: number }[] = [];
  // Page by page: one statement for all would hold the reader to the file as it was when it began.
  for (let page = reader.frequencies(generation, "", PAGE); page.length > 0;) {
    for (const entry of page) if (entry.times >= LEAST_TIMES) common.push(entry);
    yield;
    page = reader.frequencies(generation, page.at(-1)!.term, PAGE);
  }
  common.sort((left, right) => right.times - left.times);
  let bytes = 0;
  for (const { term } of common) {
    bytes += TERM_BYTES + 5 * postings.of(generation, term, lastRow).rows.length;
    if (bytes > BUDGET_BYTES * SHARE) return;
    yield;
  }
}
