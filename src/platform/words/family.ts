import { englishFamily } from "./english.ts";
import { hebrewFamily, isHebrew } from "./hebrew.ts";

/** What a term of the index has in common with the other forms of its word; the term itself where nothing is known. */
export function familyOf(term: string): string {
  return isHebrew(term) ? hebrewFamily(term) : englishFamily(term);
}
