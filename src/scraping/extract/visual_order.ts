/**
 * Text as it stands on a line, left to right, turned into text as it is read and written: runs of right-to-left words
 * reversed, numbers and Latin words kept, brackets mirrored (the reordering of UAX #9, run backwards). Old Hebrew pages
 * and PDFs hold the former.
 */

export const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const RTL_LETTERS = new RegExp(RTL_LETTER.source, "g");
const LTR_LETTER = /[A-Za-z\u00aa-\u02af\u0370-\u058f]/;
const MIRRORED: Record<string, string> = {
  "(": ")",
  ")": "(",
  "[": "]",
  "]": "[",
  "{": "}",
  "}": "{",
  "<": ">",
  ">": "<",
  "«": "»",
  "»": "«",
};

/** Whether most letters of a text are written right to left. */
export function isMostlyRtl(text: string): boolean {
  const rtl = text.match(RTL_LETTERS)?.length ?? 0;
  return rtl > 0 && rtl >= (text.match(/[A-Za-z\u00c0-\u024f\u0370-\u052f]/g)?.length ?? 0);
}

/** One visual line as logical text. @param rtl the direction of the line as a whole */
export function visualToLogical(line: string, rtl: boolean = isMostlyRtl(line)): string {
  if (!RTL_LETTER.test(line)) return line;
  const units = line.match(UNIT) ?? [];
  if (!rtl) return units.join("").replace(RTL_RUN, (run) => reversed(run.match(UNIT) ?? []));
  return reversed(units);
}

/** What keeps its own order on a right-to-left line: Latin words with what stands between them, and numbers. */
const WORD = "[A-Za-z0-9\\u00c0-\\u02af\\u0370-\\u058f]";
const UNIT = new RegExp(
  // Bounded, as each run is tried from its start once: no step is taken back far.
  `&#?\\w{1,10};|${WORD}(?:[^\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufeff\\n]{0,200}?${WORD}){0,400}%?|[\\s\\S]`,
  "gu",
);
const RTL_RUN = new RegExp(
  `${RTL_LETTER.source}(?:[^A-Za-z0-9\\n]{0,400}${RTL_LETTER.source})?`,
  "g",
);

function reversed(units: string[]): string {
  let out = "";
  for (let i = units.length - 1; i >= 0; i--) {
    const unit = units[i]!;
    out += Object.hasOwn(MIRRORED, unit) ? MIRRORED[unit] : unit;
  }
  return out;
}

/** Brackets of a right-to-left piece the other way round, but for those of Latin words inside it. */
export function mirrorBrackets(text: string): string {
  return text.replace(/[()[\]{}<>«»]/g, (bracket, at: number) => {
    const inside = strongBefore(text, at) === "ltr" && strongAfter(text, at) === "ltr";
    return inside ? bracket : MIRRORED[bracket]!;
  });
}

/** The next letter or digit within reach: numbers side with right-to-left text. */
function strongBefore(text: string, at: number): "ltr" | "rtl" {
  for (let i = at - 1; i >= 0 && i > at - 50; i--) {
    if (RTL_LETTER.test(text[i]!)) return "rtl";
    if (LTR_LETTER.test(text[i]!)) return "ltr";
  }
  return "rtl";
}

function strongAfter(text: string, at: number): "ltr" | "rtl" {
  for (let i = at + 1; i < text.length && i < at + 50; i++) {
    if (RTL_LETTER.test(text[i]!) || /\d/.test(text[i]!)) return "rtl";
    if (LTR_LETTER.test(text[i]!)) return "ltr";
  }
  return "rtl";
}

/** Hebrew letters that only stand at the end of a word. */
const FINAL = /[ךםןףץ]/;
const HEBREW_WORDS = /[\u05d0-\u05ea]{2,30}/g;

/** Whether Hebrew words stand back to front, as their final letters tell; undefined where there are too few. */
export function isBackToFront(text: string): boolean | undefined {
  let starts = 0, ends = 0;
  for (const [word] of text.slice(0, 200_000).matchAll(HEBREW_WORDS)) {
    if (FINAL.test(word[0]!)) starts++;
    if (FINAL.test(word[word.length - 1]!)) ends++;
  }
  return starts + ends < 3 ? undefined : starts > ends * 2;
}

/** The text of an HTML page of visual Hebrew in logical order: each piece between tags, line by line. */
export function visualHtmlToLogical(html: string): string {
  const parts: string[] = [];
  let raw: string | undefined; // the script or style being passed over
  for (let at = 0; at < html.length;) {
    const angle = html.indexOf("<", at);
    const textEnd = angle < 0 ? html.length : angle;
    const text = html.slice(at, textEnd);
    parts.push(raw || !RTL_LETTER.test(text) ? text : text.split("\n").map(logicalLine).join("\n"));
    if (angle < 0) break;
    const close = html.indexOf(">", angle);
    const tagEnd = close < 0 ? html.length : close + 1;
    const tag = html.slice(angle, tagEnd);
    const name = /^<\/?([a-z]{1,10})/i.exec(tag)?.[1]?.toLowerCase();
    if (raw ? tag.startsWith("</") && name === raw : name === "script" || name === "style") {
      raw = raw ? undefined : name;
    }
    parts.push(tag);
    at = tagEnd;
  }
  return parts.join("");
}

function logicalLine(line: string): string {
  const trimmed = line.trim();
  const start = line.indexOf(trimmed);
  return line.slice(0, start) + visualToLogical(trimmed, true) + line.slice(start + trimmed.length);
}
