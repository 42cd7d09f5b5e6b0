import { attribute, cut, textOf, type TreeElement, walk } from "../tree.ts";
import type { Candidates } from "./candidates.ts";
import { validGtin } from "./gtin.ts";

/** Labels of the product's number in the languages shops most use. */
const SKU_LABEL =
  /^(sku|item(\s?(no|number|#|code|id))?|product(\s?(no|number|code|id|ref))|art(ikel|icle)?[-.\s]{0,2}(nr|nummer|no|number|num|kood)?|cat(alog(ue)?)?\.?\s?(no|number)|ref(erence|erencia|erência)?|r[ée]f(érence)?|c[oó]d(igo|ice|\.)?(\s?(do|del|di|de)?\s?(produto|producto|prodotto|produs|articolo))?|asin|bestell-?(nr|nummer)|produkt-?(nr|nummer|kood|kod|id)|tootekood|šifra|sifra(\s(proizvoda|artikla|izdelka))?|kod(\s(produktu|produsului|produs))?|артикул|код( товара)?|מק["״'’]?ט|מספר (פריט|מוצר|קטלוגי)|商品(編號|番号|コード)|model\s?no)[.:\s#]*$/i;
const MPN_LABEL =
  /^(mpn|model(l|o|lo|e)?(\s?(no|number|nr|name|code))?|manufacturer('s)?\s?(part\s?(no|number)|ref(erence)?|code)|part\s?(no|number)|hersteller(artikel)?-?(nr|nummer)|item model number|modellnummer|numero modello|דגם)[.:\s#]*$/i;
const GTIN_LABEL = /^(ean|gtin|upc|isbn|barcode|ברקוד)([-\s]?(8|10|12|13|14|code|kood|kod))?[.:\s#]*$/i;
const BRAND_LABEL =
  /^(brand|marke|marca|marque|merk|märke|marka|značka|znamka|kaubamärk|мар?ка|бренд|יצרן|מותג|manufacturer|hersteller|fabricante|品牌)[.:\s#]*$/i;
const CODE = /^[\p{L}\p{N}][\p{L}\p{N}._/-]{1,39}$/u;
/** One text that holds label and value: `SKU: AB-12`. */
const JOINED =
  /^([\p{L}\p{N}"״'’.\s#-]{2,32}?)\s{0,3}[:：#]\s{0,3}#?\s{0,2}([\p{L}\p{N}][\p{L}\p{N}._/-]{1,39})(?=$|[\s,;|)])/u;
const CODE_NAMES = [
  "data-sku",
  "data-product-sku",
  "data-asin",
  "data-product-id",
  "data-productid",
  "data-product_id",
  "data-item-id",
];
const CODE_INPUTS =
  /^(sku|asin|product_?id|productid|id_?product|product\[id\]|item_?id|prod_?id|add-to-cart)$/i;
const MAX_TEXTS = 20_000;

/** Adds numbers that stand beside a label, in specification rows, and in attributes that name them. */
export function addLabelled(
  body: TreeElement,
  specifications: { name: string; value: string }[],
  to: Candidates,
): void {
  for (const { name, value } of specifications) addPair(name, value, to, 0.55);
  let texts = 0;
  walk(body, (element) => {
    if (texts++ > MAX_TEXTS || element.name === "footer" || element.name === "nav") return false;
    addAttributes(element, to);
    if (element.children.length > 8 || element.name === "script" || element.name === "style") return;
    const text = ownLine(element);
    if (!text) return;
    const joined = /[:：#]/.test(text) ? JOINED.exec(text) : null;
    if (joined) addPair(joined[1]!, joined[2]!, to, 0.5);
    else if (text.length <= 32 && isLabel(text)) {
      const value = following(element);
      if (value) addPair(text, value, to, 0.45);
    }
  });
}

/** Asked before looking for a value: nearly every short text of a page is none. */
function isLabel(text: string): boolean {
  return SKU_LABEL.test(text) || MPN_LABEL.test(text) || GTIN_LABEL.test(text) || BRAND_LABEL.test(text);
}

function addPair(label: string, value: string, to: Candidates, confidence: number): void {
  const name = label.trim();
  const code = value.trim();
  if (GTIN_LABEL.test(name)) to.add("gtin", validGtin(code), "page", confidence);
  if (BRAND_LABEL.test(name) && code.length <= 60) to.add("brand", code, "page", confidence - 0.1);
  if (!CODE.test(code) || !/\d/.test(code)) return;
  if (SKU_LABEL.test(name)) to.add("sku", code, "page", confidence);
  else if (MPN_LABEL.test(name)) to.add("mpn", code, "page", confidence);
}

function addAttributes(element: TreeElement, to: Candidates): void {
  for (let i = 0; i < CODE_NAMES.length; i++) {
    const value = attribute(element, CODE_NAMES[i]!);
    if (value && CODE.test(value) && /\d/.test(value)) to.add("sku", value, "page", 0.35 - i * 0.02);
  }
  const itemprop = attribute(element, "itemprop");
  if (itemprop === "sku" || itemprop === "mpn") {
    const value = cut(attribute(element, "content") ?? textOf(element, 60), 60).trim();
    if (CODE.test(value)) to.add(itemprop, value, "page", 0.5);
  }
  if (
    element.name === "input" && CODE_INPUTS.test(attribute(element, "name") ?? attribute(element, "id") ?? "")
  ) {
    const value = attribute(element, "value") ?? "";
    if (CODE.test(value) && /\d/.test(value)) to.add("sku", value, "page", 0.34);
  }
  const named = `${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""}`;
  if (
    named.length < 200 &&
    /(^|[\s_-])(sku|product-?code|article-?number|item-?number|artikelnummer)([\s_-]|$)/i.test(named)
  ) {
    const value = textOf(element, 80).replace(/^[^:：]{0,32}[:：]\s*/, "");
    if (CODE.test(value) && /\d/.test(value)) to.add("sku", value, "page", 0.45);
  }
}

function ownLine(element: TreeElement): string {
  let length = 0;
  for (const child of element.children) length += typeof child === "string" ? child.length : 0;
  if (length === 0 || length > 300) return "";
  return textOf(element, 120);
}

/** The text right after a label: the next sibling with words, or the next sibling of what holds the label alone. */
function following(element: TreeElement): string | undefined {
  let node: TreeElement = element;
  for (let up = 0; up < 2; up++) {
    const siblings: TreeElement["children"] = node.parent?.children ?? [];
    if (siblings.length > 40) return undefined;
    const at = siblings.indexOf(node);
    for (const sibling of siblings.slice(at + 1, at + 4)) {
      const text = (typeof sibling === "string" ? sibling : textOf(sibling, 60)).trim();
      if (text && text !== ":") return text.replace(/^[:：#\s]+/, "").split(/\s/, 1)[0];
    }
    if (!node.parent || textOf(node.parent, 64) !== textOf(element, 64)) return undefined;
    node = node.parent;
  }
  return undefined;
}
