import type { PageTree } from "../build_tree.ts";
import { first, type Metadata } from "../metadata.ts";
import { find, type TreeElement } from "../tree.ts";
import { namingOf } from "./naming.ts";

const DECLARED = /Product|Vehicle|"Car"|offers/i;
const AMOUNT =
  /[\p{Sc}元円원]|\b(?:[A-Z]{3}|Rs|kr|kn|lei|Ft|TL|RM|Rp)\b|zł|Kč|лв|руб|грн|тг|ש["״'’]{0,2}ח|ر\.س|د\.إ|ج\.م|د\.ك/u;
const SIGN = /^\s{0,5}(\p{Sc}|元|円|원|zł|Kč|лв|ש["״'’]{0,2}ח|EUR|USD|GBP|CHF|ILS)\s{0,5}$/u;
const LONGEST_TEXT = 400;

/**
 * Whether a page could be about a product at all: it marks one up, has something that buys or calls itself a price, or
 * shows an amount of money. A single walk that ends with the first sign; where there is none, nothing else need look.
 */
export function mayBeProduct(page: PageTree, metadata: Metadata): boolean {
  if (/product/i.test(first(metadata, "og:type") ?? "")) return true;
  for (const name in metadata) if (/price|^product:|^twitter:label/.test(name)) return true;
  for (const { type, text } of page.scripts) {
    if (type.startsWith("application/ld+json") && DECLARED.test(text)) return true;
  }
  return find(page.body, (element) => {
    const { itemtype, typeof: rdfaType } = element.attributes;
    if (DECLARED.test(itemtype ?? "") || DECLARED.test(typeof rdfaType === "string" ? rdfaType : "")) {
      return true;
    }
    const naming = namingOf(element);
    return naming.price || naming.buy || showsAmount(element) || showsSign(element);
  }) !== undefined;
}

/** Whether an element has a short text of its own with a digit and what may be a currency. */
export function showsAmount(element: TreeElement): boolean {
  for (const child of element.children) {
    if (typeof child !== "string" || child.length < 2 || child.length > LONGEST_TEXT) continue;
    if (/[\d٠-٩۰-۹]/.test(child) && AMOUNT.test(child)) return true;
  }
  return false;
}

/** A sign set apart from its number, as an element of its own. */
function showsSign(element: TreeElement): boolean {
  const [only, ...more] = element.children;
  return typeof only === "string" && more.length === 0 && only.length <= 12 && SIGN.test(only);
}
