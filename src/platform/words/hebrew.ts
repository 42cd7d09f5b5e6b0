/** Hebrew words in the form the index has them: no niqqud, no final letters. */

/** What is written together with the word it belongs to: and, the, in, to, from, that, as, and their chains. */
const PREFIXES = new Set(
  ("ה ו ב ל מ ש כ וה וב ול ומ וש וכ שה שב של שמ שכ מה מש בש כש לכש מכש כשה כשב כשל כשמ ושה ושב ושל ושמ ומה ומש " +
    "וכש וכשה ולכש לכשה שכש לה בה כב כל מל מב").split(" "),
);

/** Endings of number, gender and possession, longest first. */
const SUFFIXES = "יותיהמ ותיהמ יותיו יותיה ותיו ותיה יימ יות ותי יהמ ימ ות יה יו ית ה ת י ו".split(" ");

/** Shortest word that may be left when a prefix or an ending is off: shorter ones are mostly other words. */
const SHORTEST_REST = 3;

export function isHebrew(word: string): boolean {
  return /^[א-ת]+$/.test(word);
}

export function isHebrewPrefix(word: string): boolean {
  return PREFIXES.has(word);
}

/** What a word may be without its prefixes; in full spelling a vav at the front is doubled behind one. */
export function withoutPrefixes(word: string): string[] {
  const rests: string[] = [];
  if (!isHebrew(word)) return rests;
  for (let size = 1; size <= 4 && word.length - size >= SHORTEST_REST - 1; size++) {
    if (!PREFIXES.has(word.slice(0, size))) continue;
    const rest = word.slice(size);
    rests.push(rest);
    if (rest.startsWith("וו") && rest.length > SHORTEST_REST) rests.push(rest.slice(1));
  }
  return rests;
}

/** A word with every prefix it may bear. */
export function withPrefixes(word: string): string[] {
  if (!isHebrew(word) || word.length < 2) return [];
  const doubled = word.startsWith("ו") && !word.startsWith("וו") ? `ו${word}` : undefined;
  return [...PREFIXES].flatMap((
    prefix,
  ) => (doubled === undefined ? [prefix + word] : [prefix + word, prefix + doubled]));
}

/** What words of one family have in common: prefixes and endings off, as far as a word is left. */
export function hebrewFamily(word: string): string {
  let from = 0;
  for (const letters of ["ו", "לכש", "כש", "ש", "בלמכ", "ה"]) {
    if (letters.length === 3 || letters === "כש") {
      if (word.startsWith(letters, from)) from += letters.length;
    } else if (from < word.length && letters.includes(word[from]!)) from++;
  }
  const stem = word.slice(Math.max(0, Math.min(from, word.length - SHORTEST_REST)));
  if (stem.length < 4) return stem;
  const suffix = SUFFIXES.find((ending) =>
    stem.endsWith(ending) && stem.length - ending.length >= SHORTEST_REST
  );
  return suffix === undefined ? stem : stem.slice(0, -suffix.length);
}
