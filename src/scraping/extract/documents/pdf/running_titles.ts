import type { PdfLine } from "./pdf_line.ts";

const MIN_PAGES = 3;
/** On this share of the pages the same line, numbers aside, is no content. */
const SHARE = 0.5;

/** The pages without what stands at the top or bottom of most of them: titles of the book, page numbers. */
export function withoutRunningTitles(pages: readonly PdfLine[][]): PdfLine[][] {
  if (pages.length < MIN_PAGES) return [...pages];
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

function outermost(lines: readonly PdfLine[]): PdfLine[] {
  const byHeight = lines.toSorted((a, b) => b.y - a.y);
  return [...byHeight.slice(0, 2), ...byHeight.slice(-2)];
}

function keyOf(line: PdfLine): string {
  const text = line.cells.map((cell) => cell.text).join(" ").replace(/\d+/g, "#");
  return `${Math.round(line.y / 4)} ${text}`;
}
