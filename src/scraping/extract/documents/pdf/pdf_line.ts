import { isMostlyRtl, mirrorBrackets, RTL_LETTER, visualToLogical } from "../../visual_order.ts";

/** A piece of text as pdf.js gives it, in PDF units, with the origin at the lower left. */
export interface PdfItem {
  text: string;
  /** Left edge. */
  x: number;
  /** Right edge. */
  end: number;
  /** Baseline. */
  y: number;
  size: number;
}

/** What stands on one baseline within reach of each other. */
export interface PdfLine {
  /** In reading order; several where wide gaps part them, as in a table. */
  cells: PdfCell[];
  y: number;
  size: number;
  rtl: boolean;
  /** Edges of the whole line. */
  x: number;
  end: number;
}

export interface PdfCell {
  text: string;
  x: number;
  end: number;
}

/** A gap this wide, in sizes of the type, is a space. */
const SPACE = 0.15;
/** And this wide no word space any more. */
const CELL = 1.8;

/** How the document holds right-to-left words, after what pdf.js has made of them. */
export interface PdfOrder {
  /** They came out back to front: the file holds them as they are read. */
  logical: boolean;
  /** The page as a whole is read right to left, a line of a few such words between Latin names too. */
  rtl: boolean;
}

/** The items of one baseline, sorted and read in their direction. */
export function lineOf(items: readonly PdfItem[], order: PdfOrder): PdfLine {
  const sorted = items.toSorted((a, b) => a.x - b.x);
  const size = Math.max(...sorted.map((item) => item.size));
  const groups: PdfItem[][] = [];
  let end = -Infinity;
  for (const item of sorted) {
    if (groups.length === 0 || item.x - end > CELL * size) groups.push([]);
    groups[groups.length - 1]!.push(item);
    end = Math.max(end, item.end);
  }
  const words = sorted.map((item) => item.text).join("");
  const rtl = order.rtl ? RTL_LETTER.test(words) : isMostlyRtl(words);
  const cells = groups.map((group) => ({
    text: cellText(group, rtl, order),
    x: group[0]!.x,
    end: Math.max(...group.map((item) => item.end)),
  })).filter((cell) => cell.text !== "");
  if (rtl && !order.logical) cells.reverse();
  return { cells, y: sorted[0]!.y, size, rtl, x: sorted[0]!.x, end };
}

function cellText(items: PdfItem[], rtl: boolean, order: PdfOrder): string {
  const visual = items.map(({ text, x }, i) => {
    const before = items[i - 1];
    const gap = before && x - before.end > SPACE * before.size && !/\s$/.test(before.text) &&
      !/^\s/.test(text);
    // pdf.js turns words round and leaves brackets alone: so do we, the other way.
    return { text: order.logical ? mirrorBrackets(visualToLogical(text)) : text, gap: gap ?? false };
  });
  if (order.logical) return tidy(visual.map(({ text, gap }) => (gap ? " " : "") + text).join(""));
  return tidy(logicalOrder(visual, rtl));
}

const EDGE = /[\s()[\]{}<>"',.:;!?]/;

type Direction = "ltr" | "rtl" | "neutral";

/**
 * Items left to right into the order they are read in. Inside an item that has right-to-left letters pdf.js has turned
 * the words round already, brackets apart; an item of neither direction takes that of its neighbours, or the line's.
 */
function logicalOrder(visual: { text: string; gap: boolean }[], rtl: boolean): string {
  if (!rtl && !visual.some(({ text }) => RTL_LETTER.test(text))) {
    return visual.map(({ text, gap }) => (gap ? " " : "") + text).join("");
  }
  visual = visual.flatMap(withoutEdges);
  const runs: { direction: "ltr" | "rtl"; pieces: string[] }[] = [];
  const directions = visual.map(({ text }) => directionOf(text));
  const line = rtl ? "rtl" : "ltr";
  for (const [i, { text, gap }] of visual.entries()) {
    const own = directions[i]!;
    const direction = own !== "neutral" ? own : neutralDirection(directions, i, line);
    const mirrored = direction === "rtl" && (own === "neutral" || RTL_LETTER.test(text))
      ? mirrorBrackets(text)
      : text;
    const last = runs[runs.length - 1];
    // A gap belongs to the run on both whose sides it lies, else to the line.
    if (last?.direction === direction) {
      if (gap) last.pieces.push(" ");
      last.pieces.push(mirrored);
    } else {
      if (gap) runs.push({ direction: line, pieces: [" "] });
      runs.push({ direction, pieces: [mirrored] });
    }
  }
  const read = runs.map(({ direction, pieces }) =>
    (direction === "rtl" ? pieces.toReversed() : pieces).join("")
  );
  if (rtl) return read.toReversed().join("");
  return mergeRtl(runs.map(({ direction }) => direction), read);
}

/** What stands at the ends of a Latin word or a number, apart from it: it is the line's, not the word's. */
function withoutEdges({ text, gap }: { text: string; gap: boolean }): { text: string; gap: boolean }[] {
  if (directionOf(text) !== "ltr") return [{ text, gap }];
  const start = /^[\s()[\]{}<>"',.:;!?]*/.exec(text)![0].length;
  let end = text.length;
  while (end > start && EDGE.test(text[end - 1]!)) end--;
  return [
    { text: text.slice(0, start), gap },
    { text: text.slice(start, end), gap: gap && start === 0 },
    { text: text.slice(end), gap: false },
  ].filter((piece) => piece.text !== "");
}

/** On a left-to-right line, neighbouring right-to-left runs are read from the right. */
function mergeRtl(directions: readonly Direction[], read: readonly string[]): string {
  let out = "";
  for (let i = 0; i < read.length;) {
    let last = i;
    if (directions[i] === "rtl") {
      for (let j = i + 1; j < read.length && (directions[j] === "rtl" || read[j]!.trim() === ""); j++) {
        if (directions[j] === "rtl") last = j;
      }
    }
    out += last > i ? read.slice(i, last + 1).toReversed().join("") : read[i]!;
    i = last + 1;
  }
  return out;
}

function directionOf(text: string): Direction {
  if (RTL_LETTER.test(text)) return "rtl";
  return /[\p{L}\p{N}]/u.test(text) ? "ltr" : "neutral";
}

function neutralDirection(directions: readonly Direction[], at: number, line: "ltr" | "rtl"): "ltr" | "rtl" {
  const before = directions.slice(Math.max(0, at - 20), at).findLast((each) => each !== "neutral");
  const after = directions.slice(at + 1, at + 20).find((each) => each !== "neutral");
  return before !== undefined && before === after ? before : line;
}

function tidy(text: string): string {
  // A font that does not tell its characters gives control codes and halves of them.
  // deno-lint-ignore no-control-regex
  const clean = text.replace(/[\s\u00a0]+/g, " ").replace(/[\0-\x1f\x7f-\x9f\ufffe\uffff]/g, "");
  // Dots that lead the eye to a page number.
  return clean.replace(/ ?(?:\. ?){5,}/g, " … ").toWellFormed().trim();
}
