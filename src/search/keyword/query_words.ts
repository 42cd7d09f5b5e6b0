import { tokensOf } from "../analysis/mod.ts";

/** What of a query is read: longer ones are texts, and their beginning says what they are about. */
const MAX_LENGTH = 1_000;
const MAX_WORDS = 24;

/** A term that is looked for. */
export interface Asked {
  /** As it stands in the query. */
  text: string;
  term: string;
  /** Terms that are as good: the whole that it is a part of, `fp30x` for `fp` and `30x`. */
  wholes: string[];
}

/** The terms of a query, each once. */
export function askedIn(query: string): Asked[] {
  const text = query.slice(0, MAX_LENGTH);
  const asked = new Map<string, Asked>();
  let before: Asked | undefined;
  for (const { start, end, terms } of tokensOf(text)) {
    const [whole] = terms;
    for (const [place, term] of terms.entries()) {
      if (asked.size >= MAX_WORDS && !asked.has(term)) continue;
      const word = asked.get(term) ?? { text: text.slice(start, end), term, wholes: [] };
      asked.set(term, word);
      if (place > 0 && !word.wholes.includes(whole!)) word.wholes.push(whole!);
      // `fp 30x` may stand as `FP30X`
      if (place === 0 && before !== undefined && /^\d/.test(term) && /^[a-z]{1,5}$/.test(before.term)) {
        before.wholes.push(before.term + term);
        word.wholes.push(before.term + term);
      }
      if (place === 0) before = word;
    }
  }
  return [...asked.values()];
}
