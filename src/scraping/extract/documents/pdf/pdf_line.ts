import { isMostlyRtl, mirrorBrackets, RTL_LETTER, visualToLogical } from "../../visual_order.ts";
import { logicalOrder } from "./reading_order.ts";

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

function tidy(text: string): string {
  // A font that does not tell its characters gives control codes and halves of them.
  // deno-lint-ignore no-control-regex
  const clean = text.replace(/[\s\u00a0]+/g, " ").replace(/[\0-\x1f\x7f-\x9f\ufffe\uffff]/g, "");
  // Dots that lead the eye to a page number.
  return clean.replace(/ ?(?:\. ?){5,}/g, " … ").toWellFormed().trim();
}
