const FINALS: Record<string, string> = { "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ" };

/**
 * A text in letters that compare: no accents, no niqqud, no capitals, no final forms, acronyms (צה״ל) in one piece.
 * Part of the hash embedder's version, so it is not shared with `analysis`, which may change with any recipe.
 */
export function plainWord(text: string): string {
  const folded = text.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return folded.toLowerCase()
    .replaceAll(/[ךםןףץ]/g, (letter) => FINALS[letter]!)
    .replaceAll(/(?<=[א-ת])["'׳״](?=[א-ת])/g, "");
}
