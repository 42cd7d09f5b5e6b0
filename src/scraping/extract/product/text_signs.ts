import type { TreeElement } from "../tree.ts";

const DIGIT = /[\d٠-٩۰-۹]/;
const AMOUNT =
  /[\p{Sc}元円원]|\b(?:[A-Z]{3}|Rs|kr|kn|lei|Ft|TL|RM|Rp)\b|zł|Kč|лв|руб|грн|тг|ש["״'’]{0,2}ח|ر\.س|د\.إ|ج\.م|د\.ك/u;
const SIGN = /^\s{0,5}(\p{Sc}|元|円|원|zł|Kč|лв|ש["״'’]{0,2}ח|EUR|USD|GBP|CHF|ILS)\s{0,5}$/u;
/** Some word of a label of a number or a brand, in any of the languages they are known in. */
const LABEL_WORD =
  /sku|asin|item|produ|prod|art[-.\s]|art$|arti[kc]|cat|stock|style|list|lot|ad\s|anzeig|post|bestell|r[ée]f|c[oó]d|kod|toote|[sš]ifra|артикул|код|מק|מספר|קוד|מס|商品|mpn|model|manuf|part|herstell|numero|דגם|ean|gtin|upc|isbn|barcode|ברקוד|brand|mar[kcq]|merk|märke|zna[čm]|kaubam|мар|бренд|יצרן|מותג|fabric|品牌/i;
/** A longer text is prose, not an amount nor a label. */
const MAX_CHARS = 150;

/** What an element's own text may be; most of a page is neither, and is looked at no further. */
export interface TextSigns {
  /** It has a digit and what may be a currency. */
  amount: boolean;
  /** It has a word that labels of numbers have. */
  label: boolean;
}

const NONE: TextSigns = { amount: false, label: false };

export function textSigns(element: TreeElement): TextSigns {
  let amount = false;
  let label = false;
  for (const child of element.children) {
    if (typeof child !== "string" || child.length < 2 || child.length > MAX_CHARS || !/\S/.test(child)) {
      continue;
    }
    amount ||= DIGIT.test(child) && AMOUNT.test(child);
    label ||= LABEL_WORD.test(child);
  }
  return amount || label ? { amount, label } : NONE;
}

/** A currency's sign set apart from its number, in an element of its own. */
export function isLoneSign(element: TreeElement): boolean {
  const [only, ...more] = element.children;
  return typeof only === "string" && more.length === 0 && only.length <= 12 && SIGN.test(only);
}
