import { type Block, type HeadingBlock, readBlocks } from "./blocks.ts";
import { pack } from "./pack.ts";
import { type Piece, piecesOf } from "./pieces.ts";

/** What stands under one heading, up to the next: its text in groups that fit into a passage each. */
export interface Section {
  /** None: what stands before the first. */
  heading?: HeadingBlock;
  /** It says what the title says, so that it is neither in a path nor in a text. */
  hidden: boolean;
  groups: Piece[][];
}

/** No heading may take more of a passage than this. */
const HEADING_SHARE = 1 / 4;

/** @param limit hundredths of a token */
export function readSections(source: string, title: string | undefined, limit: number): Section[] {
  const blocks = readBlocks(source, { headingCost: Math.floor(limit * HEADING_SHARE) });
  let block: Block | undefined;
  const next = () => block = blocks.next().value ?? undefined;
  next();
  function* body(): Generator<Piece> {
    let before: Piece | undefined;
    for (; block && block.kind !== "heading"; next()) {
      for (const piece of piecesOf(source, block, limit, before)) yield before = piece;
    }
  }
  const sections: Section[] = [];
  const first: Section = { hidden: false, groups: [...pack(source, body(), limit)] };
  if (first.groups.length > 0) sections.push(first);
  const titleWords = wordsOf(title ?? "");
  let isFirst = true;
  while (block) {
    const heading: HeadingBlock = block as HeadingBlock;
    next();
    const hidden = isFirst && saysSame(titleWords, wordsOf(heading.plain));
    isFirst = false;
    sections.push({ heading, hidden, groups: [...pack(source, body(), limit)] });
  }
  return sections;
}

function wordsOf(text: string): string {
  return text.slice(0, 1000).toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu)?.join(" ") ?? "";
}

/** The title has the heading's words, in their order: `FP-30X | Shop` and `FP-30X`. */
function saysSame(title: string, heading: string): boolean {
  return heading !== "" && ` ${title} `.includes(` ${heading} `);
}
