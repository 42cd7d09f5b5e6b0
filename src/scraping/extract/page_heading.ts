import type { PageKind } from "../../sandbox/port.ts";
import type { PageTree } from "./build_tree.ts";
import { find, findAll, textOf, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const MAX_HEADING_CHARS = 300;
/** A page with more than this many h1 elements uses them for something else. */
const MAX_HEADINGS = 20;

/**
 * The heading of a page whose content begins without it: the h1 that its title names, else its only one. Undefined where
 * the content has it, or where none can be told. An article's headline is not its text, as readers take it: it is left
 * to `title`, unless that says something else.
 */
export function missingHeading(
  content: TreeElement,
  page: PageTree,
  { kind, title }: { kind: PageKind; title: string | undefined },
): string | undefined {
  const heading = pageHeading(page, title);
  if (heading === undefined) return undefined;
  if (kind === "article" && title?.toLowerCase().includes(heading.toLowerCase())) return undefined;
  const isHere = find(content, ({ name }) => name === "h1") !== undefined ||
    find(content, (element) => /^h[2-6]$/.test(element.name) && headingText(element) === heading) !==
      undefined;
  return isHere ? undefined : heading;
}

function pageHeading(page: PageTree, title: string | undefined): string | undefined {
  const headings = findAll(page.body, (element) => element.name === "h1" && !isHidden(element), MAX_HEADINGS)
    .map(headingText).filter((text) => text.length > 1);
  const words = title?.toLowerCase() ?? "";
  return headings.find((text) => words.includes(text.toLowerCase().slice(0, 60))) ??
    (headings.length === 1 ? headings[0] : undefined);
}

function headingText(element: TreeElement): string {
  return textOf(element, MAX_HEADING_CHARS);
}
