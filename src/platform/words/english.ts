const VOWEL = /[aeiouy]/;

/** What a word of Latin letters has in common with its plural and the forms of its verb. */
export function englishFamily(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const stem = withoutPlural(word);
  for (const ending of ["ing", "ed"]) {
    if (!stem.endsWith(ending) || stem.length < ending.length + 3) continue;
    let rest = stem.slice(0, -ending.length);
    if (!VOWEL.test(rest)) return stem;
    if (/([bdfgmnprt])\1$/.test(rest)) rest = rest.slice(0, -1);
    return rest.replace(/e$/, "");
  }
  return stem.length > 4 ? stem.replace(/e$/, "") : stem;
}

function withoutPlural(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/(?:xes|ches|shes|sses|zes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}
