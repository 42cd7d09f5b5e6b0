import type { Chunk, IndexDocument } from "../index_port.ts";
import { type Group, headingLine, joinSections } from "./join.ts";
import { textOf } from "./pieces.ts";
import { readSections, type Section } from "./sections.ts";
import { COST_OF_TOKEN, estimateTokens } from "./token_estimate.ts";

/** Goes into the index's recipe: a change of where chunks begin and end rebuilds every index. */
export const CHUNKER_VERSION = "2";

/** Below this a heading and a word would not fit together. */
const MIN_TOKENS = 16;

/**
 * Cuts a document into passages of at most `maxTokens` tokens (`estimateTokens`): by headings, between blocks, and within a
 * block only where it is longer than a passage. Passages hold every word once but what is said again for its parts' sake:
 * the header of a table, the fences of code. The same text gives the same passages, and a change in it changes those about
 * it only. Linear in the length of the text.
 *
 * @throws {RangeError} `maxTokens` is below 16
 */
export function chunkDocument(
  document: Pick<IndexDocument, "title" | "markdown" | "pages">,
  options: { maxTokens: number },
): Chunk[] {
  const { maxTokens } = options;
  if (!(maxTokens >= MIN_TOKENS)) {
    throw new RangeError(
      `Cannot cut a document as 'maxTokens' must be at least ${MIN_TOKENS}: current value is ${maxTokens}`,
    );
  }
  const { title, markdown, pages } = document;
  const limit = Math.floor(maxTokens) * COST_OF_TOKEN;
  const pageOf = pageFinder(pages ?? []);
  const chunks: Chunk[] = [];
  for (const groups of joinSections(markdown, readSections(markdown, title, limit), limit)) {
    const { text, path } = written(markdown, groups);
    if (text === "") continue;
    const page = pageOf(groups[0]!.pieces[0]!.start);
    chunks.push({
      ordinal: chunks.length,
      text,
      headingPath: path.flatMap(({ heading, hidden }) => heading && !hidden ? [heading.plain] : []),
      ...(page === undefined ? {} : { page }),
      tokens: estimateTokens(text),
    });
  }
  return chunks;
}

/** The headings that all of it stands under, and the text with those below them. */
function written(source: string, groups: readonly Group[]): { text: string; path: Section[] } {
  let path = groups[0]!.path;
  for (const group of groups) path = path.slice(0, shared(path, group.path));
  const parts: string[] = [];
  let before = path;
  for (const { path: own, pieces } of groups) {
    for (const { heading, hidden } of own.slice(shared(before, own))) {
      if (heading && !hidden) parts.push(headingLine(source, heading));
    }
    const text = textOf(source, pieces);
    if (text !== "") parts.push(text);
    before = own;
  }
  return { text: parts.join("\n\n"), path };
}

/** How many of the first of them are the same. */
function shared(a: readonly Section[], b: readonly Section[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
}

/** @returns which page a place is on; undefined for a document without pages */
function pageFinder(
  pages: readonly { number: number; start: number }[],
): (place: number) => number | undefined {
  return (place) => {
    let low = 0, high = pages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pages[middle]!.start <= place) low = middle + 1;
      else high = middle;
    }
    return pages[Math.max(0, low - 1)]?.number;
  };
}
