import type { PageTree } from "../build_tree.ts";
import { first, type Metadata } from "../metadata.ts";
import { find } from "../tree.ts";
import { namingOf } from "./naming.ts";
import { isLoneSign, textSigns } from "./text_signs.ts";

const DECLARED = /Product|Vehicle|"Car"|offers/i;

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
    return naming.price || naming.buy || textSigns(element).amount || isLoneSign(element);
  }) !== undefined;
}

/** Whether a page marks up a price anywhere; without one an article is about no product. */
export function declaresPrice(page: PageTree, metadata: Metadata): boolean {
  for (const name in metadata) if (/price|^twitter:label/.test(name)) return true;
  if (page.scripts.some(({ type, text }) => type.startsWith("application/ld+json") && /price/i.test(text))) {
    return true;
  }
  return find(
    page.body,
    ({ attributes }) => /price/i.test(attributes.itemprop ?? "") || /price/i.test(attributes.property ?? ""),
  ) !== undefined;
}
