import type { PageKind } from "../../sandbox/port.ts";
import type { PageTree } from "./build_tree.ts";
import { forumPosts } from "./content/forum_posts.ts";
import { listingItems } from "./content/listing_items.ts";
import { manualContent, ownText } from "./content/manual_content.ts";
import { readableContent } from "./content/readable.ts";
import { attribute, createElement, find, textOf, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** Text shorter than this is not taken for the content of a page that has more to say. */
const SHORT_CHARS = 250;
const FURNITURE = new Set("nav footer aside form button select noscript dialog input label".split(" "));
const FURNITURE_ROLES = new Set(
  "navigation banner contentinfo search complementary dialog menu menubar".split(" "),
);

/**
 * What the page is about, without its furniture, by its kind: of a discussion its contributions, of a listing its
 * entries, of a shop's page what it declares to be its main part, of a manual's all that does not lead through the
 * manual, and of all else what reads like an article. Where that finds nothing or a scrap: the declared main part, or
 * the body less navigation and the like.
 *
 * @param options.titles what the page calls itself, in lower case
 */
export function mainContent(
  page: PageTree,
  options: { kind: PageKind; titles: readonly string[] },
): TreeElement {
  const { kind, titles } = options;
  if (kind === "forum") {
    const posts = forumPosts(page.body);
    if (posts) return posts;
  }
  // A shop's page is parts rather than prose.
  if (kind === "product") return declaredContent(page);
  if (kind === "documentation") {
    const manual = manualContent(declaredMain(page.body) ?? page.body, isFurniture);
    if (ownText(manual) > 0) return manual;
  }
  const readable = readableContent(page, { titles });
  if (kind === "listing") {
    const listing = listingItems(page.body);
    if (listing && listing.chars > (readable ? readable.text : 0) / 2) return listing.content;
  }
  const chars = readable?.text ?? 0;
  if (readable && chars >= SHORT_CHARS * 8) return readable;
  const declared = declaredContent(page);
  const declaredChars = textOf(declared, SHORT_CHARS * 4).length;
  return readable && chars >= Math.min(SHORT_CHARS, declaredChars / 2) ? readable : declared;
}

function declaredContent(page: PageTree): TreeElement {
  const declared = withoutFurniture(declaredMain(page.body) ?? page.body);
  return textOf(declared, 10) === "" ? page.body : declared;
}

function declaredMain(body: TreeElement): TreeElement | undefined {
  const main = find(body, (element) => element.name === "main" || attribute(element, "role") === "main");
  return main && textOf(main, SHORT_CHARS).length >= SHORT_CHARS - 1 ? main : undefined;
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
