import { createHash } from "node:crypto";

/** Longest label written as it is, in bytes; of a longer one only a digest. */
const MAX_LABEL_BYTES = 48;

/** Names of a generation's tables; see `WordTables`. */
export function wordTableNames(
  generation: number,
): { words: string; occurrences: string; rows: string; terms: string } {
  const words = `words_${generation}`;
  return { words, occurrences: `${words}_occurrences`, rows: `${words}_rows`, terms: `${words}_terms` };
}

/** A label as one term of letters and digits, which no word of a text is taken for: it stands in a column of its own. */
export function labelTerm(label: string): string {
  const bytes = new TextEncoder().encode(label);
  if (bytes.length > MAX_LABEL_BYTES) return `h${createHash("sha256").update(bytes).digest("hex")}`;
  let term = "x";
  for (const byte of bytes) term += byte.toString(16).padStart(2, "0");
  return term;
}
