import { follows, leadingOf, marginsOf } from "./margins.ts";
import type { PdfLine } from "./pdf_line.ts";

export type PdfBlock =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; text: string }
  | { kind: "item"; text: string }
  | { kind: "rows"; rows: string[][] };

/** How much larger than the body a heading is. */
const HEADING_RATIO = 1.15;
const MAX_HEADING_CHARS = 200;
const BULLET = /^[\u2022\u2023\u2043\u2219\u25aa\u25ab\u25cf\u25cb\u25e6\u00b7\uf0b7\u2013\u2014-]\s+(?=\S)/;
const NUMBERED = /^(\(?\d{1,3}[.)]|[a-z][.)])\s/i;

/** Sizes of type in a document: that of its body, and those of its headings, the largest first. */
export interface TypeSizes {
  body: number;
  headings: number[];
}

export function typeSizes(pages: readonly PdfLine[][]): TypeSizes {
  const chars = new Map<number, number>();
  for (const line of pages.flat()) {
    const size = rounded(line.size);
    const length = line.cells.reduce((sum, cell) => sum + cell.text.length, 0);
    chars.set(size, (chars.get(size) ?? 0) + length);
  }
  const body = [...chars].reduce((most, each) => each[1] > most[1] ? each : most, [0, 0])[0];
  const headings = [...chars.keys()].filter((size) => size >= body * HEADING_RATIO).sort((a, b) => b - a);
  return { body, headings };
}

/** Lines to paragraphs, headings, list items and rows of tables. */
export function blocksOf(lines: readonly PdfLine[], sizes: TypeSizes): PdfBlock[] {
  const blocks: PdfBlock[] = [];
  const leading = leadingOf(lines);
  const margins = marginsOf(lines, leading);
  let previous: PdfLine | undefined;
  for (const [index, line] of lines.entries()) {
    const last = blocks[blocks.length - 1];
    const text = line.cells.map((cell) => cell.text).join(" ");
    const level = headingLevel(line, sizes);
    const near = previous !== undefined && follows(previous, line, leading);
    if (line.cells.length > 1 && level === undefined) {
      const row = line.cells.map((cell) => cell.text);
      if (last?.kind === "rows" && near) last.rows.push(row);
      else blocks.push({ kind: "rows", rows: [row] });
    } else if (level !== undefined && text.length <= MAX_HEADING_CHARS) {
      const joined = last?.kind === "heading" && last.level === level && near
        ? join(last.text, text)
        : undefined;
      if (last?.kind === "heading" && joined && joined.length <= MAX_HEADING_CHARS) last.text = joined;
      else blocks.push({ kind: "heading", level, text });
    } else if (BULLET.test(text)) {
      blocks.push({ kind: "item", text: text.replace(BULLET, "") });
    } else if (
      near && (last?.kind === "paragraph" || last?.kind === "item") && previous!.cells.length === 1 &&
      continues(previous!, line, text, margins[index - 1]!)
    ) {
      last.text = join(last.text, text);
    } else {
      blocks.push({ kind: "paragraph", text });
    }
    previous = line;
  }
  return blocks;
}

function headingLevel(line: PdfLine, { body, headings }: TypeSizes): number | undefined {
  if (line.size < body * HEADING_RATIO) return undefined;
  const index = headings.indexOf(rounded(line.size));
  return index < 0 ? undefined : Math.min(index + 1, 6);
}

/** Whether a line goes on with the paragraph of the line before: its first word had no room up there. */
function continues(previous: PdfLine, line: PdfLine, text: string, margin: number): boolean {
  // An entry of a table of contents ends with its page.
  if (NUMBERED.test(text) || / … ?\w{1,6}$/.test(previous.cells[0]!.text)) return false;
  const indent = line.rtl ? previous.end - line.end : line.x - previous.x;
  const newColumn = line.y > previous.y;
  if (!newColumn && indent > line.size * 0.9 && indent < line.size * 4) return false;
  const room = previous.rtl ? previous.x - margin : margin - previous.end;
  const width = previous.rtl ? previous.end - margin : margin - previous.x;
  const open = !/[.!?:;…]["'”’)\]]?$/.test(previous.cells[0]!.text);
  if (/^\p{Ll}/u.test(text) && open && room < width * 0.4) return true;
  const word = text.indexOf(" ") < 0 ? text.length : text.indexOf(" ");
  return room < (line.end - line.x) / text.length * (word + 1.5);
}

/** A word broken by a hyphen at the end of a line is made whole again. */
function join(before: string, after: string): string {
  const broken = /\p{Ll}[-\u2010\u00ad]$/u.test(before) && /^\p{Ll}/u.test(after);
  const brokenCapitals = /\p{Lu}{2}[-\u2010\u00ad]$/u.test(before) && /^\p{Lu}{2}/u.test(after);
  if (broken || brokenCapitals) return before.slice(0, -1) + after;
  return `${before} ${after}`;
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}
