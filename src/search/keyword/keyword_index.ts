import { tokensOf } from "../analysis/mod.ts";
import type { KeywordOptions, KeywordResult, KeywordSearch, WordReader } from "../word_port.ts";

/** Words of a query at most. */
const MAX_WORDS = 32;

/** Search by words. */
export class KeywordIndex implements KeywordSearch {
  readonly #reader: WordReader;

  constructor(reader: WordReader) {
    this.#reader = reader;
  }

  search(generation: number, query: string, options: KeywordOptions): KeywordResult {
    const text = query.slice(0, 2_000);
    const words = tokensOf(text).slice(0, MAX_WORDS).map((token) => ({
      text: text.slice(token.start, token.end),
      forms: token.terms,
      weight: 1,
    }));
    if (words.length === 0) return { hits: [], words: [], corrections: [] };
    const terms = [...new Set(words.flatMap((word) => word.forms))];
    return { hits: this.#reader.match(generation, terms, options), words, corrections: [] };
  }
}
