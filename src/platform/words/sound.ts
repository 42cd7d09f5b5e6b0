import { isHebrew } from "./hebrew.ts";

/**
 * How a name sounds, so that `Roland` and `רולנד` meet: consonants in classes that both scripts tell apart, and of the
 * vowels `o` and `i` only, as Hebrew writes no others.
 */

const HEBREW: Record<string, string> = {
  ב: "B",
  ג: "G",
  ד: "D",
  ה: "H",
  ו: "o",
  ז: "S",
  ח: "H",
  ט: "T",
  י: "i",
  כ: "K",
  ל: "L",
  מ: "M",
  נ: "N",
  ס: "S",
  פ: "P",
  צ: "C",
  ק: "K",
  ר: "R",
  ש: "S",
  ת: "T",
};

/** Two letters first. */
const LATIN: Record<string, string> = {
  sch: "S",
  sh: "S",
  ch: "C",
  tz: "C",
  ts: "C",
  ph: "P",
  th: "T",
  kh: "H",
  gh: "G",
  ck: "K",
  qu: "Ko",
  wh: "o",
  oo: "o",
  ou: "o",
  ow: "o",
  au: "o",
  ee: "i",
  ea: "i",
  ie: "i",
  ei: "i",
  ey: "i",
  ai: "i",
  ay: "i",
  a: "",
  b: "B",
  d: "D",
  e: "",
  f: "P",
  g: "G",
  h: "H",
  i: "i",
  j: "G",
  k: "K",
  l: "L",
  m: "M",
  n: "N",
  o: "o",
  p: "P",
  q: "K",
  r: "R",
  s: "S",
  t: "T",
  u: "o",
  v: "B",
  w: "o",
  x: "KS",
  y: "i",
  z: "S",
};

/** The sound of a word of letters only, such as `RoLND`; undefined of one that is no such word. */
export function soundOf(word: string): string | undefined {
  if (word.length < 3 || word.length > 24) return undefined;
  if (isHebrew(word)) return collapse(hebrewSound(word));
  return /^[a-z]+$/.test(word) ? collapse(latinSound(word)) : undefined;
}

/** The consonants of a sound. */
export function skeletonOf(sound: string): string {
  return sound.replace(/[oi]/g, "");
}

function hebrewSound(word: string): string {
  let sound = "";
  for (let at = 0; at < word.length; at++) {
    const letter = word[at]!;
    if (letter === "ה" && at === word.length - 1) break;
    if (letter === "ו" && word[at + 1] === "ו") {
      sound += at === 0 ? "B" : "o";
      at++;
    } else sound += HEBREW[letter] ?? "";
  }
  return sound;
}

function latinSound(word: string): string {
  let sound = "";
  let at = 0;
  const last = word.length - 1;
  while (at <= last) {
    const next = word[at + 1] ?? "";
    if (word[at] === "c" && !"hk".includes(next || "-")) {
      sound += "eiy".includes(next || "-") ? "S" : "K";
      at++;
      continue;
    }
    if (word[at] === "h" && at === last) break;
    const size = [3, 2, 1].find((length) => LATIN[word.slice(at, at + length)] !== undefined);
    sound += size === undefined ? "" : LATIN[word.slice(at, at + size)];
    at += size ?? 1;
  }
  return sound;
}

/** A doubled letter sounds once. */
function collapse(sound: string): string {
  return sound.replace(/(.)\1+/g, "$1");
}
