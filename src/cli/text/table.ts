import { fitted, isolated, oneLine, widthOf } from "./plain.ts";
import type { Paint } from "./paint.ts";

/** A cell: its text, and how it is painted once it has its width. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

export interface TableOptions {
  paint: Paint;
  /** Columns of the terminal: the last cell of a row is cut to them. Undefined: nothing is cut. */
  columns?: number;
}

const GAP = "  ";

/** Rows under a head, each column as wide as its widest cell. Free text belongs in the last column. */
export function tableLines(
  head: string[],
  rows: (string | Cell)[][],
  { paint, columns }: TableOptions,
): string[] {
  const cells = rows.map((row) =>
    row.map((cell): Cell => {
      const { text, paint } = typeof cell === "string" ? { text: cell } as Cell : cell;
      return { text: oneLine(text), paint };
    })
  );
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => widthOf(row[at]!.text))));
  const last = head.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = columns === undefined ? Infinity : Math.max(8, columns - before);
  const lineOf = (row: Cell[]) =>
    row.map(({ text, paint = (text) => text }, at) => {
      const shown = at === last ? fitted(text, room) : text;
      const fill = at === last ? "" : " ".repeat(widths[at]! - widthOf(text));
      return paint(columns === undefined ? shown : isolated(shown)) + fill;
    }).join(GAP).trimEnd();
  return [paint("dim", lineOf(head.map((text) => ({ text })))), ...cells.map(lineOf)];
}
