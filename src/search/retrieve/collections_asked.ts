import type { ServingGeneration } from "../passage_port.ts";

/** Collections asked at most, those with most records first: a site in forty languages is no forty requests a search. */
const MAX_COLLECTIONS = 12;
/** Languages whose passages may be spelt with what a Hebrew word is spelt with. */
const HEBREW_LETTERS = new Set(["he", "yi", "und"]);

/**
 * Languages whose collections are worth a request (Chroma takes some 2 ms for each, found or not). The hash embedder knows
 * letters only: a query without a Latin letter or a digit has nothing in common with passages that are not in Hebrew, and
 * one of whole Latin words next to nothing with those that are. The names of things (`FP-30X`) stand in both.
 */
export function languagesAsked(serving: ServingGeneration, query: string, lang?: string): string[] {
  if (lang !== undefined) return serving.languages.filter((each) => each === lang);
  const isLexical = serving.embedderId.startsWith("hash-");
  const isHebrew = /\p{Script=Hebrew}/u.test(query) && !/[\p{N}]|(?!\p{Script=Hebrew})\p{L}/u.test(query);
  // Words say it, not part numbers; where Hebrew passages have them, they are found by their words.
  const isLatin = !isHebrew && !/(?!\p{Script=Latin})\p{L}/u.test(query) &&
    /(?<![\p{L}\p{N}])\p{L}{3,}(?![\p{L}\p{N}])/u.test(query);
  const asked = !isLexical || (!isHebrew && !isLatin)
    ? serving.languages
    : serving.languages.filter((each) => each === "und" || HEBREW_LETTERS.has(each) === isHebrew);
  return (asked.length > 0 ? asked : serving.languages).slice(0, MAX_COLLECTIONS);
}
