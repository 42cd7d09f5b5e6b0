import type { PdfLine } from "./pdf_line.ts";

const MIN_PAGES = 3;
/** They stand within this share of the height of the text from its top or bottom. */
const EDGE = 0.05;
/** On this share of the pages the same line, numbers aside, is no content. */
const SHARE = 0.5;

/** The pages without what stands at the top or bottom of most of them: titles of the book, page numbers. */
export function withoutRunningTitles(pages: readonly PdfLine[][]): PdfLine[][] {
  if (pages.length < MIN_PAGES) return [...pages];
  const zone = edgesOf(pages);
  const outermost = (lines: readonly PdfLine[]) => lines.filter(({ y }) => y >= zone.top || y <= zone.bottom);
  const seen = new Map<string, number>();
  for (const lines of pages) {
    for (const key of new Set(outermost(lines).map(keyOf))) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const least = Math.max(MIN_PAGES, pages.length * SHARE);
  return pages.map((lines) => {
    const running = new Set(outermost(lines).filter((line) => seen.get(keyOf(line))! >= least));
    return running.size === 0 ? lines : lines.filter((line) => !running.has(line));
  });
}

function edgesOf(pages: readonly PdfLine[][]): { top: number; bottom: number } {
  let top = -Infinity, bottom = Infinity;
  for (const { y } of pages.flat()) {
    top = Math.max(top, y);
    bottom = Math.min(bottom, y);
  }
  const depth = (top - bottom) * EDGE;
  return { top: top - depth, bottom: bottom + depth };
}

function keyOf(line: PdfLine): string {
  const text = line.cells.map((cell) => cell.text).join(" ").replace(/\d+/g, "#");
  return `${Math.round(line.y / 4)} ${text}`;
}
