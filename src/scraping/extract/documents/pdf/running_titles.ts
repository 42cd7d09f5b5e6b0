import type { PdfLine } from "./pdf_line.ts";

const MIN_PAGES = 3;
/** They stand within this share of the height of the text from its top or bottom. */
const EDGE = 0.05;
/** On this share of the pages the same line, numbers aside, is no content. */
const SAME_SHARE = 0.5;
/** And on this share a line that ends or begins with the number of its page. */
const COUNTING_SHARE = 0.3;

/** The pages without what stands at the top or bottom of most of them: titles of the book, page numbers. */
export function withoutRunningTitles(pages: readonly PdfLine[][]): PdfLine[][] {
  if (pages.length < MIN_PAGES) return [...pages];
  const zone = edgesOf(pages);
  const outermost = (lines: readonly PdfLine[]) => lines.filter(({ y }) => y >= zone.top || y <= zone.bottom);
  const seen = new Map<string, number>();
  for (const [index, lines] of pages.entries()) {
    const keys = new Set(outermost(lines).flatMap((line) => keysOf(line, index)));
    for (const key of keys) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const enough = (share: number) => Math.max(MIN_PAGES, pages.length * share);
  const runs = (line: PdfLine, index: number) =>
    keysOf(line, index).some((key) =>
      seen.get(key)! >= enough(key.startsWith("#") ? COUNTING_SHARE : SAME_SHARE)
    );
  return pages.map((lines, index) => {
    const running = new Set(outermost(lines).filter((line) => runs(line, index)));
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

/** What a line has in common with its like on other pages: its place and words; its place and a number that counts. */
function keysOf(line: PdfLine, index: number): string[] {
  const text = line.cells.map((cell) => cell.text).join(" ");
  const place = Math.round(line.y / 4);
  const numbers = [/^(\d{1,5})(?!\S)/.exec(text)?.[1], /(?<!\S)(\d{1,5})$/.exec(text)?.[1]];
  return [
    `${place} ${text.replace(/\d+/g, "0")}`,
    ...numbers.filter((number) => number !== undefined).map((number) =>
      `# ${place} ${Number(number) - index}`
    ),
  ];
}
