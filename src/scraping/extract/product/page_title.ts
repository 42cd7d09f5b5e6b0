import { collapse, find, textOf, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { namingOf } from "./naming.ts";
import type { Seen } from "./seen.ts";

const MIN_CHARS = 8;

/**
 * The first h1 whose words are in the page's title, else the first with words, else what a class calls the product's
 * title.
 *
 * @param headings in document order: each h1, and what is named so
 */
export function productHeading(headings: Seen[], titles: string[]): Seen | undefined {
  let heading: Seen | undefined;
  for (const one of headings) {
    if (one.element.name !== "h1") continue;
    const text = textOf(one.element, 300).toLowerCase();
    if (text) heading ??= one;
    if (text.length > 2 && titles.some((title) => title.includes(text.slice(0, 60)))) return one;
  }
  return heading ?? headings.find((one) => one.element.name !== "h1");
}

/** On a page without headings the first element that says what the page's title says, a lower heading before others. */
export function titledElement(body: TreeElement, titles: string[]): Seen | undefined {
  const wanted = new Set(
    titles.flatMap((title) => [title, ...title.split(/\s[|\-–—:•»]\s/)]).map((one) => one.trim()),
  );
  let order = 0;
  let found: Seen | undefined;
  find(body, (element) => {
    order++;
    if (
      element.name === "a" || element.name === "script" || !saysTitle(element, wanted) || isHidden(element)
    ) {
      return false;
    }
    const lower = /^h[2-4]$/.test(element.name);
    if (!found || lower) {
      found = { element, naming: namingOf(element), order, hidden: false, elsewhere: 0, inPrice: false };
    }
    return lower;
  });
  return found;
}

function saysTitle(element: TreeElement, wanted: Set<string>): boolean {
  return element.children.some((child) => {
    if (typeof child !== "string" || child.length < MIN_CHARS || child.length > 400) return false;
    const text = collapse(child).toLowerCase();
    return text.length >= MIN_CHARS && wanted.has(text);
  });
}

/** The first h1 of the page. */
export function firstHeading(body: TreeElement): TreeElement | undefined {
  return find(body, (element) => element.name === "h1");
}
