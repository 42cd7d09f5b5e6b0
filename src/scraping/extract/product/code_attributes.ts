import type { TreeElement } from "../tree.ts";
import type { Naming } from "./naming.ts";

/** Attributes that hold a product's number, the likeliest first. */
const CODE_ATTRIBUTES = new Map(
  [
    "data-sku",
    "data-product-sku",
    "data-asin",
    "data-product-id",
    "data-productid",
    "data-product_id",
    "data-item-id",
    "data-itemid",
    "data-article",
    "data-code",
  ].map((name, index) => [name, 0.3 - index * 0.01]),
);
const CODE_INPUTS =
  /^(sku|asin|product_?(id|no|code)|id_?product|product\[id\]|products_id|item_?(id|no|code)|prod_?id|pid|pno|ad_?(id|no)|add-to-cart)$/i;

/** How sure an attribute of this name holds the product's number; undefined where it does not. */
export function codeAttribute(name: string): number | undefined {
  return name.charCodeAt(0) === 0x64 ? CODE_ATTRIBUTES.get(name) : undefined;
}

/** A field that a form sends the product's number in. */
export function isCodeInput({ name, attributes }: TreeElement): boolean {
  return name === "input" && CODE_INPUTS.test(attributes.name ?? attributes.id ?? "");
}

/** Whether an element has attributes or a name that may hold the product's number. */
export function mayHoldCode(element: TreeElement, naming: Naming): boolean {
  const { attributes } = element;
  if (naming.code || element.name === "input") return true;
  for (const name in attributes) if (codeAttribute(name) !== undefined) return true;
  return attributes.itemprop === "sku" || attributes.itemprop === "mpn";
}
