import type { PageTree } from "./build_tree.ts";
import { readableContent } from "./content/readable.ts";
import { attribute, createElement, find, textOf, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** Text shorter than this is not taken for the content of a page that has more to say. */
const SHORT_CHARS = 250;
const FURNITURE = new Set([
  "nav",
  "footer",
  "aside",
  "form",
  "button",
  "select",
  "noscript",
  "dialog",
  "input",
  "label",
]);
const FURNITURE_ROLES = new Set([
  "navigation",
  "banner",
  "contentinfo",
  "search",
  "complementary",
  "dialog",
  "menu",
  "menubar",
]);

/**
 * What the page is about, without its furniture: Readability's choice; where that is nothing or a scrap (listings,
 * reference pages, shops), the page's own `main`, or else its body less navigation and the like.
 */
export function mainContent(
  page: PageTree,
  options: { product?: boolean; titles: readonly string[] },
): TreeElement {
  // A shop's page is parts rather than prose: Readability tries it four times over and keeps one paragraph.
  const readable = options.product ? undefined : readableContent(page, options.titles);
  const readableChars = readable ? textOf(readable).length : 0;
  if (readable && readableChars >= SHORT_CHARS * 8) return readable;
  const declared = withoutFurniture(declaredMain(page.body) ?? page.body);
  const declaredChars = textOf(declared).length;
  if (readable && readableChars >= Math.min(SHORT_CHARS, declaredChars / 2)) return readable;
  if (declaredChars > 0) return declared;
  return page.body;
}

function declaredMain(body: TreeElement): TreeElement | undefined {
  const main = find(body, (element) => element.name === "main" || attribute(element, "role") === "main");
  return main && textOf(main).length >= SHORT_CHARS ? main : undefined;
}

function withoutFurniture(root: TreeElement): TreeElement {
  const copy = (element: TreeElement, parent: TreeElement | undefined): TreeElement => {
    const result = createElement(element.name, element.attributes, parent);
    for (const child of element.children) {
      if (typeof child === "string") result.children.push(child);
      else if (!isFurniture(child)) result.children.push(copy(child, result));
    }
    return result;
  };
  return copy(root, undefined);
}

function isFurniture(element: TreeElement): boolean {
  if (FURNITURE.has(element.name) || isHidden(element)) return true;
  if (element.name === "header" && element.parent?.name === "body") return true;
  const role = attribute(element, "role");
  return role !== undefined && FURNITURE_ROLES.has(role);
}
