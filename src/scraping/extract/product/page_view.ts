import { collapse, find, textOf, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { type Naming, namingOf } from "./naming.ts";

/** Not a word in them is about the product. */
const SKIPPED = new Set(["script", "style", "noscript", "footer", "nav"]);
/** Their text is no price of this product: struck out, or one of many to choose. */
const NO_PRICE = new Set(["del", "s", "strike", "select", "option", "textarea"]);
const MAX_PENALTY = 50;

/** An element of the page with what is known of it from the elements around it. */
export interface Seen {
  element: TreeElement;
  naming: Naming;
  /** Place in the document, in elements; what is skipped counts too. */
  order: number;
  hidden: boolean;
  /** Struck out, or an option of a choice. */
  noPrice: boolean;
  /** Points against it for standing among recommendations, in a menu, in a cart. */
  elsewhere: number;
  /** It or an element around it calls itself a price. */
  inPrice: boolean;
}

/** The page's body, walked once for everything that looks for a product in it. */
export interface PageView {
  body: TreeElement;
  seen: Seen[];
  /** The heading that names the product. */
  title?: Seen;
  /** Some element has `itemscope`; some has `typeof`. */
  microdata: boolean;
  rdfa: boolean;
  breadcrumbs?: TreeElement;
  tables: TreeElement[];
  lists: TreeElement[];
}

export function viewPage(body: TreeElement, titles: string[]): PageView {
  const view: PageView = { body, seen: [], microdata: false, rdfa: false, tables: [], lists: [] };
  let order = 0;
  const visit = (parent: TreeElement, above: Seen | undefined): void => {
    for (const element of parent.children) {
      if (typeof element === "string") continue;
      order++;
      const { attributes } = element;
      if (attributes.itemscope !== undefined) view.microdata = true;
      if (attributes.typeof !== undefined) view.rdfa = true;
      const naming = namingOf(element);
      if (
        view.breadcrumbs === undefined &&
        (naming.breadcrumbs || isTrail(element))
      ) view.breadcrumbs = element;
      if (SKIPPED.has(element.name)) {
        skip(element);
        continue;
      }
      const elsewhere = (above?.elsewhere ?? 0) + (naming.elsewhere ? 25 : 0);
      const one: Seen = {
        element,
        naming,
        order,
        hidden: (above?.hidden ?? false) || isHidden(element),
        noPrice: (above?.noPrice ?? false) || NO_PRICE.has(element.name),
        elsewhere: Math.min(MAX_PENALTY, elsewhere),
        inPrice: (above?.inPrice ?? false) || naming.price || attributes.itemprop === "price",
      };
      view.seen.push(one);
      if (element.name === "table") view.tables.push(element);
      else if (element.name === "dl") view.lists.push(element);
      visit(element, one);
    }
  };
  // Menus and footers hold no product, but may hold the trail and the marks that say how the page is written.
  const skip = (parent: TreeElement): void => {
    for (const element of parent.children) {
      if (typeof element === "string") continue;
      order++;
      if (element.attributes.itemscope !== undefined) view.microdata = true;
      if (element.attributes.typeof !== undefined) view.rdfa = true;
      if (view.breadcrumbs === undefined && (namingOf(element).breadcrumbs || isTrail(element))) {
        view.breadcrumbs = element;
      }
      skip(element);
    }
  };
  visit(body, undefined);
  view.title = productHeading(view.seen, titles);
  return view;
}

function isTrail(element: TreeElement): boolean {
  const label = element.attributes["aria-label"];
  return label !== undefined && /bread-?crumb/i.test(label.slice(0, 200));
}

/**
 * The first h1 whose words are in the page's title, else the first with words, else what a class calls the product's
 * title, else the first element that says what the page's title says.
 */
function productHeading(seen: Seen[], titles: string[]): Seen | undefined {
  let heading: Seen | undefined;
  let named: Seen | undefined;
  for (const one of seen) {
    if (one.element.name === "h1") {
      const text = textOf(one.element, 300).toLowerCase();
      if (text) heading ??= one;
      if (text.length > 2 && titles.some((title) => title.includes(text.slice(0, 60)))) return one;
    } else if (one.naming.title) named ??= one;
  }
  return heading ?? named ?? titled(seen, titles);
}

function titled(seen: Seen[], titles: string[]): Seen | undefined {
  const wanted = new Set(
    titles.flatMap((title) => [title, ...title.split(/\s[|\-–—:•»]\s/)]).map((one) => one.trim()),
  );
  let found: Seen | undefined;
  for (const one of seen) {
    if (one.hidden || one.element.name === "a") continue;
    for (const child of one.element.children) {
      if (typeof child !== "string" || child.length < 8 || child.length > 400) continue;
      const text = collapse(child).toLowerCase();
      if (text.length < 8 || !wanted.has(text)) continue;
      if (/^h[2-4]$/.test(one.element.name)) return one;
      found ??= one;
    }
  }
  return found;
}

/** The first h1 of the page. */
export function firstHeading(body: TreeElement): TreeElement | undefined {
  return find(body, (element) => element.name === "h1");
}
