import type { PdfLine } from "./pdf_line.ts";

/** Lines further apart than this many sizes belong to different paragraphs, where lines do not stand wider as a rule. */
const MAX_LEADING = 1.75;
/** On a page of more lines than this, a column's own lines alone say how wide it is. */
const MAX_LINES = 2000;

/** From line to line, in sizes of the type: as most lines of the page stand. */
export function leadingOf(lines: readonly PdfLine[]): number {
  const drops: number[] = [];
  for (let i = 1; i < lines.length; i++) {
    const drop = (lines[i - 1]!.y - lines[i]!.y) / lines[i]!.size;
    if (drop > 0.5 && drop < 4) drops.push(drop);
  }
  const median = drops.sort((a, b) => a - b)[drops.length >> 1] ?? 0;
  return Math.max(MAX_LEADING, median * 1.2);
}

/** Just below, in type of the same size. Or at the top of the next column. */
export function follows(previous: PdfLine, line: PdfLine, leading: number): boolean {
  if (Math.abs(previous.size - line.size) > 0.5) return false;
  const drop = previous.y - line.y;
  return drop < 0 ? line.x > previous.end || line.end < previous.x : drop <= leading * line.size;
}

/**
 * For each line, how far it might have run: the right edge of its column, or the left one of a right-to-left line. A
 * column is a run of lines one below the other; with nothing beside it, it is as wide as the page.
 */
export function marginsOf(lines: readonly PdfLine[], leading: number): number[] {
  const margins: number[] = [];
  const left = Math.min(...edges(lines, (line) => line.x));
  const right = Math.max(...edges(lines, (line) => line.end));
  for (let start = 0; start < lines.length;) {
    let end = start + 1;
    while (
      end < lines.length && lines[end]!.y < lines[end - 1]!.y &&
      follows(lines[end - 1]!, lines[end]!, leading)
    ) {
      end++;
    }
    const run = lines.slice(start, end);
    const alone = lines.length <= MAX_LINES && !hasNeighbour(run, lines);
    const runLeft = alone ? left : Math.min(...edges(run, (line) => line.x));
    const runRight = alone ? right : Math.max(...edges(run, (line) => line.end));
    for (const line of run) margins.push(line.rtl ? runLeft : runRight);
    start = end;
  }
  return margins;
}

function hasNeighbour(run: readonly PdfLine[], lines: readonly PdfLine[]): boolean {
  const top = run[0]!.y + run[0]!.size;
  const bottom = run[run.length - 1]!.y - run[0]!.size;
  const x = Math.min(...edges(run, (line) => line.x));
  const end = Math.max(...edges(run, (line) => line.end));
  return lines.some((line) => line.y < top && line.y > bottom && (line.x >= end || line.end <= x));
}

/** Few enough for a spread: the first of many tell as much. */
function edges(lines: readonly PdfLine[], edge: (line: PdfLine) => number): number[] {
  return lines.slice(0, 10_000).map(edge);
}
