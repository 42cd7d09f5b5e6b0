import { cut, textOf, type TreeElement } from "../tree.ts";
import type { Candidates } from "./candidates.ts";
import { codeAttribute, isCodeInput } from "./code_attributes.ts";
import { validGtin } from "./gtin.ts";
import type { PageView } from "./page_view.ts";
import type { Seen } from "./seen.ts";

/** Labels of the product's number in the languages shops most use; a shop's name may stand before some. */
const SKU_LABEL =
  /^([\p{L}&.]{2,14}\s)?(sku|asin|(item|product|article|listing|stock|catalog(ue)?|style|lot|ad|post)\s?(no|number|num|nr|#|code|id|ref(erence)?)|artikel-?(nr|nummer|code)|bestell-?(nr|nummer)|produkt-?(nr|nummer|kood|kod|id)|anzeigen-?(nr|nummer|id)|ref(erence|erencia|erência|erentie)?|r[ée]f(érence)?|c[oó]d(igo|ice|\.)?\s?(do|del|di|de)?\s?(produto|producto|prodotto|produs|articolo)|kod (produktu|produsului|produs)|артикул|код товара|מק["״'’]?ט|(מספר|קוד|מס['’׳]) (פריט|מוצר|קטלוגי|מודעה)|商品(編號|番号|コード|编号))[.:\s#]*$|^(art[-.\s]{0,2}(nr|nummer|no|number|num|kood)?|article|item|cat\.?\s?(no|number)|c[oó]d(igo|ice|\.)?|tootekood|šifra|sifra(\s(proizvoda|artikla|izdelka))?|kod|код|model\s?no)[.:\s#]*$/iu;
/** Says no more than that it is a number: the shop's or the maker's. */
const VAGUE_LABEL = /^(ref(erence|erencia|erência|erentie)?|r[ée]f(érence)?|kod|код|model\s?no)\b/i;
const MPN_LABEL =
  /^(mpn|model(l|o|lo|e)?(\s?(no|number|nr|name|code))?|manufacturer('s)?\s?(part\s?(no|number)|ref(erence)?|code)|part\s?(no|number)|hersteller(artikel)?-?(nr|nummer)|item model number|modellnummer|numero modello|דגם)[.:\s#]*$/i;
const GTIN_LABEL = /^(ean|gtin|upc|isbn|barcode|ברקוד)([-\s]?(8|10|12|13|14|code|kood|kod))?[.:\s#]*$/i;
const BRAND_LABEL =
  /^(brand|marke|marca|marque|merk|märke|marka|značka|znamka|kaubamärk|мар?ка|бренд|יצרן|מותג|manufacturer|hersteller|fabricante|品牌)[.:\s#]*$/i;
const CODE = /^[\p{L}\p{N}][\p{L}\p{N}._/-]{1,39}$/u;
/** One text that holds label and value: `SKU: AB-12`. */
const JOINED =
  /^[〈《【「(\[\s]{0,3}([\p{L}\p{N}"״'’׳.\s#-]{2,32}?)\s{0,3}[:：#]\s{0,3}#?\s{0,2}([\p{L}\p{N}][\p{L}\p{N}._/-]{1,39})(?=$|[\s,;|)〉》】」\]])/u;
const MAX_LABELS = 2000;

/** Adds numbers that stand beside a label, in specification rows, and in attributes that name them. */
export function addPageCodes(
  view: PageView,
  specifications: { name: string; value: string }[],
  to: Candidates,
): void {
  for (const { name, value } of specifications) addPair(name, value, to, 0.55);
  for (const seen of view.codes) addAttributes(seen, to);
  for (const { element } of view.labels.slice(0, MAX_LABELS)) {
    if (element.children.length > 8) continue;
    const text = textOf(element, 120);
    const joined = /[:：#]/.test(text) ? JOINED.exec(text) : null;
    if (joined) addPair(joined[1]!, joined[2]!, to, 0.5);
    else if (text.length <= 32 && isLabel(text)) {
      const value = following(element);
      if (value) addPair(text, value, to, 0.45);
    }
  }
}

function isLabel(text: string): boolean {
  return SKU_LABEL.test(text) || MPN_LABEL.test(text) || GTIN_LABEL.test(text) || BRAND_LABEL.test(text);
}

function addPair(label: string, text: string, to: Candidates, confidence: number): void {
  const name = label.trim();
  const value = text.trim();
  const code = value.split(/\s/, 1)[0]!;
  if (GTIN_LABEL.test(name)) to.add("gtin", validGtin(code), "page", confidence);
  if (BRAND_LABEL.test(name) && value.length <= 60) to.add("brand", value, "page", confidence - 0.1);
  if (!CODE.test(code) || !/\d/.test(code)) return;
  if (SKU_LABEL.test(name)) {
    to.add("sku", code, "page", confidence - (VAGUE_LABEL.test(name) ? 0.1 : 0));
  } else if (MPN_LABEL.test(name)) to.add("mpn", code, "page", confidence);
}

function addAttributes({ element, naming, elsewhere }: Seen, to: Candidates): void {
  const { attributes } = element;
  const doubt = elsewhere > 0 ? 0.1 : 0;
  for (const name in attributes) {
    const confidence = codeAttribute(name);
    if (confidence !== undefined) addCode(attributes[name]!, to, confidence - doubt);
  }
  if (attributes.itemprop === "sku" || attributes.itemprop === "mpn") {
    const value = cut(attributes.content ?? textOf(element, 60), 60).trim();
    if (CODE.test(value)) to.add(attributes.itemprop, value, "page", 0.5 - doubt);
  }
  if (isCodeInput(element)) {
    addCode(attributes.value ?? "", to, 0.28 - doubt);
  }
  if (naming.code) addCode(textOf(element, 80).replace(/^[^:：]{0,32}[:：]\s*/, ""), to, 0.45 - doubt);
}

function addCode(value: string, to: Candidates, confidence: number): void {
  if (value.length <= 40 && /\d/.test(value) && CODE.test(value)) to.add("sku", value, "page", confidence);
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
      if (text && text !== ":") return text.replace(/^[:：#\s]+/, "");
    }
    if (!node.parent || textOf(node.parent, 64) !== textOf(element, 64)) return undefined;
    node = node.parent;
  }
  return undefined;
}
