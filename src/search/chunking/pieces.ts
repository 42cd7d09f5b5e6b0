import type { TextBlock } from "./blocks.ts";
import { JOINT_COST, type Unit } from "./pack.ts";
import { CUTS_OF, split } from "./split.ts";
import { costOf } from "./token_estimate.ts";

/** A block that fits into a passage, or a part of one that does not. */
export interface Piece extends Unit {
  block: TextBlock;
  /** Said again before each part: a table's header, the opening of a fence; and after it. */
  before?: string;
  after?: string;
}

/** A header that takes more of each passage than this is not said again. */
const REPEATED_SHARE = 1 / 3;
/** After `:` comes what belongs to it; a part of a block is better off with its other parts than with another block. */
const HOLD_AFTER_COLON = 1;
const HOLD_IN_BLOCK = 2;

/** A block in parts of at most `limit` (hundredths of a token), whole where it fits. */
export function* piecesOf(source: string, block: TextBlock, limit: number, before?: Piece): Generator<Piece> {
  const hold = before && source[before.end - 1] === ":" ? HOLD_AFTER_COLON : 0;
  const end = trimmedEnd(source, block.start, block.end);
  const cost = costOf(source, block.start, end) + JOINT_COST;
  if (cost <= limit) {
    if (end > block.start) yield { block, start: block.start, end, cost, hold };
    return;
  }
  let first = true;
  for (const part of partsOf(source, { ...block, end }, limit - JOINT_COST)) {
    yield { ...part, block, cost: part.cost + JOINT_COST, hold: first ? hold : HOLD_IN_BLOCK };
    first = false;
  }
}

/** The text of pieces that stand together, each block apart from the next. */
export function textOf(source: string, pieces: readonly Piece[]): string {
  const texts: string[] = [];
  for (let i = 0; i < pieces.length;) {
    const first = pieces[i]!;
    let last = first;
    while (++i < pieces.length && pieces[i]!.block === first.block && pieces[i]!.start === last.end) {
      last = pieces[i]!;
    }
    const from = first.before === undefined ? first.start : afterBlankLines(source, first.start, last.end);
    const text = source.slice(from, last.end).trimEnd();
    if (text.trim() !== "") texts.push((first.before ?? "") + text + (first.after ?? ""));
  }
  return texts.join("\n\n");
}

function* partsOf(
  source: string,
  block: TextBlock,
  limit: number,
): Generator<Pick<Piece, "start" | "end" | "cost" | "before" | "after">> {
  const { kind, inner } = block;
  if (kind !== "table" && kind !== "code") {
    yield* split(source, block, CUTS_OF[kind], limit);
    return;
  }
  if (!inner || inner.start >= inner.end) {
    yield* split(source, block, CUTS_OF.lines, limit);
    return;
  }
  const before = `${source.slice(block.start, inner.start).trimEnd()}\n`;
  const after = kind === "code" ? `\n${closing(before)}` : "";
  // A joint for each of the two line ends, which are runs of their own.
  const frame = costOf(before, 0, before.length) + costOf(after, 0, after.length) + 2 * JOINT_COST;
  const cuts = kind === "table" ? CUTS_OF.rows : CUTS_OF.lines;
  if (frame > limit * REPEATED_SHARE) {
    yield* split(source, block, cuts, limit);
    return;
  }
  for (const part of split(source, inner, cuts, limit - frame)) {
    yield { ...part, cost: part.cost + frame, before, ...(after ? { after } : {}) };
  }
}

/** The fence alone, of the line that opens it. */
function closing(opening: string): string {
  return /^\s*(`{3,}|~{3,})/.exec(opening)?.[1] ?? "```";
}

function afterBlankLines(source: string, start: number, end: number): number {
  let from = start;
  for (let at = start; at < end; at++) {
    const char = source[at]!;
    if (char === "\n") from = at + 1;
    else if (char !== " " && char !== "\t" && char !== "\r") break;
  }
  return from;
}

function trimmedEnd(source: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(source[at - 1]!)) at--;
  return at;
}
