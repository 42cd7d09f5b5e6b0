import type { Token } from "../analysis/mod.ts";
import type { QueryWord } from "../word_port.ts";
import { LikelyTokens } from "./likely_tokens.ts";

/** Beside the word that tells most, one that tells less than this share of it (`the`, `של`) is no find. */
const TELLS_NOTHING = 0.15;

/** A word of a text that the query asked for. */
export interface FoundWord {
  start: number;
  end: number;
  /** Which words of the query it is, by their places. */
  words: number[];
}

/** Looks for the words of a query in texts. */
export class WordFinder {
  readonly words: readonly QueryWord[];
  readonly #places = new Map<string, number[]>();
  readonly #likely: LikelyTokens;

  constructor(asked: readonly QueryWord[]) {
    const most = asked.reduce((weight, word) => Math.max(weight, word.weight), 0);
    this.words = asked.filter(({ weight }) => weight >= most * TELLS_NOTHING);
    this.words.forEach(({ forms }, place) => {
      for (const form of forms) {
        const places = this.#places.get(form);
        if (places === undefined) this.#places.set(form, [place]);
        else if (!places.includes(place)) places.push(place);
      }
    });
    this.#likely = new LikelyTokens(this.#places.keys());
  }

  /** In order. @param text with one space, and nothing else, between its stretches (`plainTextOf`) */
  find(text: string): FoundWord[] {
    const found: FoundWord[] = [];
    if (this.#places.size === 0) return found;
    for (const token of this.#likely.in(text)) {
      const words = this.#wordsOf(token);
      if (words !== undefined) found.push({ start: token.start, end: token.end, words });
    }
    return found;
  }

  /** Share of the query that these words are, by what each tells: 0..1. */
  coverage(found: Iterable<FoundWord>): number {
    const seen = new Set<number>();
    for (const { words } of found) for (const word of words) seen.add(word);
    let all = 0;
    let there = 0;
    this.words.forEach(({ weight }, place) => {
      all += weight;
      if (seen.has(place)) there += weight;
    });
    return all > 0 ? there / all : 0;
  }

  #wordsOf({ terms }: Token): number[] | undefined {
    let words: number[] | undefined;
    for (const term of terms) {
      const places = this.#places.get(term);
      if (places === undefined) continue;
      words = words === undefined ? places : [...new Set([...words, ...places])];
    }
    return words;
  }
}
