import { type Token, tokensOf } from "../analysis/mod.ts";
import type { QueryWord } from "../word_port.ts";

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

  constructor(words: readonly QueryWord[]) {
    this.words = words;
    words.forEach(({ forms }, place) => {
      for (const form of forms) {
        const places = this.#places.get(form);
        if (places === undefined) this.#places.set(form, [place]);
        else if (!places.includes(place)) places.push(place);
      }
    });
  }

  find(text: string): FoundWord[] {
    const found: FoundWord[] = [];
    if (this.#places.size === 0) return found;
    for (const token of tokensOf(text)) {
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
