import type { ServingGeneration } from "../passage_port.ts";

/** Collections asked at most, those with most records first: a site in forty languages is no forty requests a search. */
const MAX_COLLECTIONS = 12;
/** Languages whose passages may be spelt with what a Hebrew word is spelt with. */
const HEBREW_LETTERS = new Set(["he", "yi", "und"]);

/**
 * Languages whose collections are worth a request (Chroma takes some 2 ms for each, found or not). The hash embedder knows
 * letters only: a query without a Latin letter or a digit has nothing in common with passages that are not in Hebrew. The
 * other way round it has: Hebrew passages bear the names of things in Latin letters.
 */
export function languagesAsked(serving: ServingGeneration, query: string, lang?: string): string[] {
  if (lang !== undefined) return serving.languages.filter((each) => each === lang);
  const isLexical = serving.embedderId.startsWith("hash-");
  const isHebrew = /\p{Script=Hebrew}/u.test(query) && !/[\p{N}]|(?!\p{Script=Hebrew})\p{L}/u.test(query);
  const asked = isLexical && isHebrew
    ? serving.languages.filter((each) => HEBREW_LETTERS.has(each))
    : serving.languages;
  return (asked.length > 0 ? asked : serving.languages).slice(0, MAX_COLLECTIONS);
}
