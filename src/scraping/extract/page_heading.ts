import type { PageTree } from "./build_tree.ts";
import { createElement, find, findAll, textOf, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const MAX_HEADING_CHARS = 300;
/** A page with more than this many h1 elements uses them for something else. */
const MAX_HEADINGS = 20;

/**
 * Makes the page's own heading an h1 again where Readability, which sets titles apart, has made it an h2. A heading that
 * stands outside the content is not put into it: readers' reference texts have none, and it is the `title` already.
 */
export function restoreHeading(content: TreeElement, page: PageTree, title: string | undefined): void {
  const heading = pageHeading(page, title);
  if (heading === undefined) return;
  const known = find(content, (element) => /^h[1-6]$/.test(element.name) && headingText(element) === heading);
  if (known === undefined || known.name === "h1" || !known.parent) return;
  const restored = createElement("h1", known.attributes, known.parent);
  for (const child of known.children) {
    restored.children.push(child);
    if (typeof child !== "string") child.parent = restored;
  }
  const siblings = known.parent.children;
  siblings[siblings.indexOf(known)] = restored;
}

/** The text of the h1 that the page's title names, else of the only one; undefined where neither can be told. */
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
