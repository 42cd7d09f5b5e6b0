/** Names of a generation's tables. */
export function wordTable(generation: number): string {
  return `words_${generation}`;
}

/** A label as one term: any bytes become letters and digits. */
export function labelTerm(label: string): string {
  let term = "zz";
  for (const byte of new TextEncoder().encode(label)) term += byte.toString(16).padStart(2, "0");
  return term;
}
