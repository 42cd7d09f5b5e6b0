/**
 * Text of strangers for a terminal: pages and documents are theirs, and a terminal obeys what is in them. Nothing is
 * ever put in visual order: a terminal that knows Hebrew does that itself, and one that does not is not helped by it.
 */
const CONTROLS = /(?![\n\t])[\p{Cc}\u2028\u2029]/gu;
const DIRECTIONS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ["\u2068", "\u2069"];
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Without what a terminal would obey; line breaks and tabs stay. */
export function cleanText(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(CONTROLS, "").replaceAll(DIRECTIONS, "");
}

/** On one line. */
export function oneLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, " ").trim();
}

/** Text with Hebrew or Arabic keeps to its place in the line: what stands around it is not drawn into its order. */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? FIRST_STRONG_ISOLATE + text + POP_ISOLATE : text;
}

/** Columns it takes: niqqud takes none, a wide character two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const base = segment.replace(/[\p{M}\p{Cf}]/gu, "");
    if (base !== "") width += WIDE.test(base) ? 2 : 1;
  }
  return width;
}

/** Cut to so many columns, between characters as a reader sees them. */
export function fitted(text: string, columns: number): string {
  if (text.length <= columns && widthOf(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return cut.trimEnd() + "…";
}
