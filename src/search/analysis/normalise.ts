const FINALS: Record<string, string> = { "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ" };

/** Longest term: what is longer (encoded data, mostly) is cut. */
const MAX_TERM_LENGTH = 64;

/** A run of letters, marks and digits as a term: compatibility forms, case, marks and final letters undone. */
export function normalise(run: string): string {
  if (/^[a-z0-9]+$/.test(run)) return run.slice(0, MAX_TERM_LENGTH);
  if (/^[א-ת]+$/.test(run)) {
    return run.replace(/[ךםןףץ]/g, (letter) => FINALS[letter]!).slice(0, MAX_TERM_LENGTH);
  }
  const plain = run.slice(0, 4 * MAX_TERM_LENGTH).normalize("NFKD").toLowerCase().replace(
    /[^\p{L}\p{N}]+/gu,
    "",
  );
  return Array.from(plain.normalize("NFC").replace(/[ךםןףץ]/g, (letter) => FINALS[letter]!))
    .slice(0, MAX_TERM_LENGTH).join("");
}
