import { lineOf, type PdfItem, type PdfLine, type PdfOrder } from "./pdf_line.ts";

/** A column needs this many lines side by side before it is believed, and lines of this many letters on each side. */
const MIN_COLUMN_LINES = 4;
const MIN_COLUMN_CHARS = 18;

/**
 * The lines of a page in reading order. Programs write text in the order it is read, so that order stands; where a page
 * jumps about it is read from the top. Lines that run across two columns are taken apart.
 */
export function pageLines(items: readonly PdfItem[], order: PdfOrder): PdfLine[] {
  let rows = rowsOf(items);
  if (jumpsAbout(rows)) rows = rowsOf(items.toSorted((a, b) => b.y - a.y || a.x - b.x));
  return untangleColumns(rows.map((row) => lineOf(row, order)).filter((line) => line.cells.length > 0));
}

/** Neighbours in the file that share a baseline. */
function rowsOf(items: readonly PdfItem[]): PdfItem[][] {
  const rows: PdfItem[][] = [];
  for (const item of items) {
    const row = rows[rows.length - 1];
    if (row && onBaseline(row[0]!, item)) row.push(item);
    else rows.push([item]);
  }
  return rows;
}

/** Raised and lowered signs too. */
function onBaseline(a: PdfItem, b: PdfItem): boolean {
  return Math.abs(a.y - b.y) < 0.45 * Math.max(a.size, b.size);
}

/** Columns, notes and headers jump up now and then; a file in no order does so all the time. */
function jumpsAbout(rows: readonly PdfItem[][]): boolean {
  let jumps = 0;
  for (let i = 1; i < rows.length; i++) {
    if (rows[i]![0]!.y > rows[i - 1]![0]!.y + rows[i]![0]!.size) jumps++;
  }
  return jumps > Math.max(4, rows.length * 0.25);
}

/** Lines of two cells of prose whose gap lies in one place, several in a row, are two columns. */
function untangleColumns(lines: PdfLine[]): PdfLine[] {
  const out: PdfLine[] = [];
  for (let at = 0; at < lines.length;) {
    const end = columnsEnd(lines, at);
    if (end === at) out.push(lines[at++]!);
    else {
      const side = lines.slice(at, end);
      for (const column of [0, 1]) {
        for (const line of side) if (line.cells[column]) out.push(ofCell(line, column));
      }
      at = end;
    }
  }
  return out;
}

/** Where the columns that begin at `start` end; `start` where none do. */
function columnsEnd(lines: PdfLine[], start: number): number {
  let left = -Infinity, right = Infinity, chars = 0, end = start;
  for (; end < lines.length; end++) {
    const { cells } = lines[end]!;
    if (cells.length !== 2 || (end > start && isFarBelow(lines[end - 1]!, lines[end]!))) break;
    const [a, b] = cells[0]!.x < cells[1]!.x ? [cells[0]!, cells[1]!] : [cells[1]!, cells[0]!];
    const gapStart = Math.max(left, a.end);
    const gapEnd = Math.min(right, b.x);
    if (gapEnd <= gapStart) break;
    left = gapStart;
    right = gapEnd;
    chars += Math.min(a.text.length, b.text.length);
  }
  const count = end - start;
  return count >= MIN_COLUMN_LINES && chars / count >= MIN_COLUMN_CHARS ? end : start;
}

function isFarBelow(above: PdfLine, line: PdfLine): boolean {
  return above.y - line.y > 3 * line.size;
}

function ofCell(line: PdfLine, column: number): PdfLine {
  const cell = line.cells[column]!;
  return { ...line, cells: [cell], x: cell.x, end: cell.end };
}
