import { attribute, collapse, createElement, find, findAll, textOf, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";

const MIN_ITEMS = 3;
const MAX_ITEMS = 2000;
const MAX_TEXT_CHARS = 400;
const MIN_TITLE_CHARS = 8;
/** A list with less of a page's text than this share of the largest is furniture. */
const LEAST_SHARE = 0.3;
const FURNITURE = new Set(["nav", "footer", "aside", "form", "noscript", "select", "header"]);
const FURNITURE_ROLES = new Set([
  "navigation",
  "banner",
  "contentinfo",
  "search",
  "complementary",
  "menu",
  "menubar",
]);

interface Item {
  title: TreeElement;
  link: TreeElement;
  text: string;
  /** It is a link and no more. */
  bare: boolean;
}

/**
 * The entries of a listing in their order, each a linked heading over its short text; undefined where the page has no
 * three siblings alike with a link that says something.
 */
export function listingItems(body: TreeElement): { content: TreeElement; chars: number } | undefined {
  const found = findGroups(body);
  // Links with nothing beside them are entries only where the page has no better.
  const rich = found.filter((group) => group.items.some(({ bare }) => !bare));
  const groups = rich.length > 0 ? rich : found;
  const largest = Math.max(0, ...groups.map(({ chars }) => chars));
  const chosen = groups.filter(({ chars }) => chars >= largest * LEAST_SHARE);
  if (chosen.length === 0) return undefined;
  const content = createElement("div", {}, undefined);
  const title = find(body, (element) => element.name === "h1" && !isHidden(element));
  if (title && !find(title, (element) => element.name === "a")) content.children.push(title);
  let chars = 0;
  const seen = new Set<string>();
  for (const group of chosen) {
    for (const item of group.items) {
      const href = attribute(item.link, "href")!;
      if (seen.has(href) || seen.size >= MAX_ITEMS) continue;
      seen.add(href);
      chars += item.text.length;
      addItem(content, item);
    }
  }
  return { content, chars };
}

function addItem(content: TreeElement, { title, link, text }: Item): void {
  const heading = createElement("h3", {}, content);
  const anchor = createElement("a", { href: attribute(link, "href")! }, heading);
  const words = textOf(title, 300);
  anchor.children.push(words);
  heading.children.push(anchor);
  content.children.push(heading);
  const rest = collapse(text.replace(words, " "));
  if (rest === "") return;
  const paragraph = createElement("p", {}, content);
  paragraph.children.push(rest);
  content.children.push(paragraph);
}

interface Group {
  items: Item[];
  chars: number;
}

/** An entry of a listing holds no more than this; looking for one in all that stands above it would never end. */
const MAX_ITEM_ELEMENTS = 600;

function sizes(body: TreeElement): Map<TreeElement, number> {
  const found = new Map<TreeElement, number>();
  const count = (element: TreeElement): number => {
    let size = 1;
    for (const child of element.children) if (typeof child !== "string") size += count(child);
    found.set(element, size);
    return size;
  };
  count(body);
  return found;
}

/** Siblings of one name and class that each have a title with a link, not inside such a group already. */
function findGroups(body: TreeElement): Group[] {
  const groups: Group[] = [];
  const size = sizes(body);
  const visit = (parent: TreeElement): void => {
    const alike = new Map<string, TreeElement[]>();
    for (const child of parent.children) {
      if (typeof child === "string" || isFurniture(child) || size.get(child)! > MAX_ITEM_ELEMENTS) continue;
      const key = `${child.name}.${(attribute(child, "class") ?? "").trim().split(/\s/, 1)[0]}`;
      const known = alike.get(key);
      if (known) known.push(child);
      else alike.set(key, [child]);
    }
    const taken = new Set<TreeElement>();
    for (const members of alike.values()) {
      if (members.length < MIN_ITEMS) continue;
      const items = members.map(itemOf).filter((item) => item !== undefined);
      if (items.length < MIN_ITEMS || items.length * 2 < members.length) continue;
      for (const member of members) taken.add(member);
      groups.push({ items, chars: items.reduce((sum, item) => sum + item.text.length, 0) });
    }
    for (const child of parent.children) {
      if (typeof child !== "string" && !taken.has(child) && !isFurniture(child)) visit(child);
    }
  };
  visit(body);
  return groups;
}

function itemOf(element: TreeElement): Item | undefined {
  const heading = find(element, ({ name }) => /^h[1-6]$/.test(name));
  const link = (heading && (find(heading, isLink) ?? linkAbove(heading, element))) ??
    (isLink(element)
      ? element
      : find(element, (each) => isLink(each) && textOf(each, 40).length >= MIN_TITLE_CHARS));
  if (!link) return undefined;
  if (isMenu(element)) return undefined;
  const title = heading && textOf(heading, 40) !== "" ? heading : link;
  if (textOf(title, 40).length < (heading ? 2 : MIN_TITLE_CHARS)) return undefined;
  const text = textOf(element, MAX_TEXT_CHARS);
  return { title, link, text, bare: !heading && text === textOf(link, MAX_TEXT_CHARS) };
}

/** Several links and little else. */
function isMenu(element: TreeElement): boolean {
  const links = findAll(element, isLink, 40);
  if (links.length < 4) return false;
  const linkChars = links.reduce((sum, link) => sum + textOf(link, MAX_TEXT_CHARS).length, 0);
  return linkChars > textOf(element, MAX_TEXT_CHARS * 4).length * 0.7;
}

function isLink(element: TreeElement): boolean {
  const href = element.name === "a" ? attribute(element, "href") : undefined;
  return href !== undefined && href !== "" && !href.startsWith("#") && !/^javascript:/i.test(href);
}

function linkAbove(heading: TreeElement, limit: TreeElement): TreeElement | undefined {
  for (let above = heading.parent; above; above = above.parent) {
    if (isLink(above)) return above;
    if (above === limit) return undefined;
  }
  return undefined;
}

function isFurniture(element: TreeElement): boolean {
  const role = attribute(element, "role");
  return isHidden(element) ||
    (FURNITURE.has(element.name) && !(element.name === "header" && element.parent?.name !== "body")) ||
    (role !== undefined && FURNITURE_ROLES.has(role));
}
