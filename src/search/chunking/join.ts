import type { HeadingBlock } from "./blocks.ts";
import { CRUMB_SHARE, JOINT_COST, pack, type Unit } from "./pack.ts";
import type { Piece } from "./pieces.ts";
import type { Section } from "./sections.ts";
import { costOf } from "./token_estimate.ts";

/** Pieces and the headings above them. */
export interface Group {
  path: Section[];
  pieces: Piece[];
}

/** A passage to be. Its cost is that of its text when it stands under the section that is looked at. */
interface Passage extends Unit {
  groups: Group[];
}

/**
 * Passages of sections: crumbs (see `CRUMB_SHARE`) stand with their neighbours under the same parent as far as they fit, from
 * the deepest headings up. Sections that can stand alone do.
 */
export function joinSections(source: string, sections: readonly Section[], limit: number): Group[][] {
  let at = 0;
  // Levels rise on the way down, so that this is at most seven calls deep.
  const under = (parent: Section | undefined, path: Section[], level: number): Passage[] => {
    const passages: Passage[] = [];
    for (const pieces of parent?.groups ?? []) passages.push(passageOf([{ path, pieces }]));
    while (at < sections.length) {
      const section = sections[at]!;
      const own = section.heading?.level ?? 0;
      if (parent !== undefined && own <= level) break;
      at++;
      if (!section.heading) {
        for (const pieces of section.groups) passages.push(passageOf([{ path, pieces }]));
        continue;
      }
      const inner = under(section, [...path, section], own);
      if (inner.length === 0) passages.push(headingAlone(source, section.heading, path));
      const headed = section.hidden ? 0 : headingCost(source, section.heading);
      for (const passage of inner) {
        passage.cost += headed;
        passages.push(passage);
      }
    }
    return join(source, passages, limit);
  };
  return under(undefined, [], 0).map(({ groups }) => groups);
}

/** The line of a heading as Markdown. */
export function headingLine(source: string, { level, words }: HeadingBlock): string {
  return `${"#".repeat(level)} ${source.slice(words.start, words.end).replace(/\s*\n\s*/g, " ")}`;
}

function headingCost(source: string, heading: HeadingBlock): number {
  const line = headingLine(source, heading);
  return costOf(line, 0, line.length) + JOINT_COST;
}

function passageOf(groups: Group[]): Passage {
  const pieces = groups.flatMap((group) => group.pieces);
  return {
    groups,
    start: pieces[0]!.start,
    end: pieces.at(-1)!.end,
    cost: pieces.reduce((sum, { cost }) => sum + cost, 0),
  };
}

/** A heading with nothing under it is a line of its parent's text. */
function headingAlone(source: string, heading: HeadingBlock, path: Section[]): Passage {
  const { start, end } = heading;
  const block = { kind: "paragraph", start, end } as const;
  return passageOf([{
    path,
    pieces: [{ block, start, end, cost: costOf(source, start, end) + JOINT_COST }],
  }]);
}

/** Neighbours of which one is a crumb may stand together; those that may not part the row. */
function join(source: string, passages: Passage[], limit: number): Passage[] {
  const crumb = limit * CRUMB_SHARE;
  for (let i = 1; i < passages.length; i++) {
    const before = passages[i - 1]!, passage = passages[i]!;
    passage.apart = (before.cost >= crumb && passage.cost >= crumb) || before.cost + passage.cost > limit;
  }
  const joined: Passage[] = [];
  for (const group of pack(source, passages, limit)) {
    joined.push(
      group.length === 1 ? { ...group[0]!, apart: false } : {
        groups: group.flatMap(({ groups }) => groups),
        start: group[0]!.start,
        end: group.at(-1)!.end,
        cost: group.reduce((sum, { cost }) => sum + cost, 0),
      },
    );
  }
  return joined;
}
