/** Pages for tests of search: prose of a language, sections under headings, the same for the same number each time. */

const ENGLISH =
  ("the instrument cable output volume pedal firmware speaker channel knob display menu battery adapter warranty " +
    "recording microphone input level connect press hold button sound effect reverb chorus keyboard weight case stand " +
    "user should before after when with without every again until which and then").split(" ");
const HEBREW =
  ("המקלדת הכבל היציאה עוצמה דוושה תוכנה רמקול ערוץ כפתור תצוגה תפריט סוללה מתאם אחריות הקלטה מיקרופון כניסה חיבור " +
    "לחיצה החזקה צליל אפקט הדהוד משקל תיק מעמד המשתמש צריך לפני אחרי כאשר עם בלי כל שוב עד אשר ואז").split(
      " ",
    );

export interface PageOptions {
  /** Another text in this section (from 1) than the page had. */
  changed?: number;
  /** @default 3 */
  sections?: number;
}

export const isHebrew = (number: number) => number % 2 === 1;

/** A word that is on one section of one page only. */
export const serialOf = (number: number, section: number) => `serial${letters(number)}q${letters(section)}`;

export function pageOf(number: number, options: PageOptions = {}): string {
  const { changed, sections = 3 } = options;
  const hebrew = isHebrew(number);
  const title = hebrew ? `מדריך מספר ${number}` : `Manual number ${number}`;
  const parts = Array.from({ length: sections }, (_, i) => {
    const section = i + 1;
    const heading = hebrew ? `פרק ${section}` : `Chapter ${section}`;
    const words = proseOf(
      hebrew ? HEBREW : ENGLISH,
      number * 31 + section + (changed === section ? 7919 : 0),
    );
    return `<h2>${heading}</h2><p>${serialOf(number, section)}${
      changed === section ? " rewritten" : ""
    } ${words}</p>`;
  });
  return `<!doctype html><html lang="${hebrew ? "he" : "en"}"${
    hebrew ? ' dir="rtl"' : ""
  }><head><meta charset="utf-8">` +
    `<title>${title}</title></head><body><article><h1>${title}</h1>${parts.join("")}</article></body></html>`;
}

/** Some 220 words in sentences, by a linear congruential generator. */
function proseOf(words: readonly string[], seed: number): string {
  let state = seed * 2654435761 >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const sentences = Array.from(
    { length: 20 },
    () => Array.from({ length: 11 }, () => words[Math.floor(next() * words.length)]!).join(" ") + ".",
  );
  return sentences.join(" ");
}

/** A number in letters: analysis may cut a word where digits begin. */
function letters(number: number): string {
  return [...String(number)].map((digit) => "abcdefghij"[Number(digit)]!).join("");
}
