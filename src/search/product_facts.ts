import type { Product, ProductFields } from "../sandbox/port.ts";

/** What a product page knows of its product and does not say in its text, in lines that can be found and read. */

const MAX_SPECIFICATIONS = 100;
const MAX_FACT_CHARS = 300;

interface Labels {
  name: string;
  brand: string;
  sku: string;
  mpn: string;
  gtin: string;
  price: string;
  availability: string;
  states: Record<ProductFields["availability"], string>;
}

const ENGLISH: Labels = {
  name: "Product",
  brand: "Brand",
  sku: "SKU",
  mpn: "Part number",
  gtin: "GTIN",
  price: "Price",
  availability: "Availability",
  states: {
    InStock: "In stock",
    OutOfStock: "Out of stock",
    PreOrder: "Pre-order",
    BackOrder: "Back-order",
    Discontinued: "Discontinued",
    LimitedAvailability: "Limited availability",
  },
};

const HEBREW: Labels = {
  name: "מוצר",
  brand: "מותג",
  sku: 'מק"ט',
  mpn: "דגם יצרן",
  gtin: "ברקוד",
  price: "מחיר",
  availability: "זמינות",
  states: {
    InStock: "במלאי",
    OutOfStock: "אזל מהמלאי",
    PreOrder: "הזמנה מראש",
    BackOrder: "בהזמנה",
    Discontinued: "הופסק הייצור",
    LimitedAvailability: "מלאי מוגבל",
  },
};

/**
 * `markdown` with what is missing of the product's name, brand, codes, price, availability and specifications put in: under
 * the first heading, if the text begins with one, else before all.
 */
export function withProductFacts(
  markdown: string,
  product: Product,
  page: { title?: string; isHebrew: boolean },
): string {
  const labels = page.isHebrew ? HEBREW : ENGLISH;
  const said = ` ${plain(`${page.title ?? ""} ${markdown}`)} `;
  const isMissing = (value: string) => {
    const words = plain(value);
    return words !== "" && !said.includes(` ${words} `);
  };
  const lines: string[] = [];
  const tell = (label: string, value: string, searched = value) => {
    if (isMissing(searched)) lines.push(`- **${label}:** ${line(value)}`);
  };
  for (const field of ["name", "brand", "sku", "mpn", "gtin"] as const) {
    const value = product[field]?.value;
    if (value !== undefined) tell(labels[field], value);
  }
  const price = product.price?.value;
  if (price !== undefined && [price, price.replace(/\.0+$/, "")].every(isMissing)) {
    lines.push(`- **${labels.price}:** ${line(`${price} ${product.currency?.value ?? ""}`)}`);
  }
  const state = product.availability && labels.states[product.availability.value];
  if (state) tell(labels.availability, state);
  for (const { name, value } of product.specifications?.value.slice(0, MAX_SPECIFICATIONS) ?? []) {
    if (isMissing(value) || isMissing(name)) lines.push(`- **${line(name)}:** ${line(value)}`);
  }
  if (lines.length === 0) return markdown;
  const at = afterFirstHeading(markdown);
  return [markdown.slice(0, at).trimEnd(), lines.join("\n"), markdown.slice(at).trimStart()]
    .filter((part) => part !== "").join("\n\n");
}

/** Words and numbers, numbers without what groups their digits, so that `1,299.90` and `1299.90` are one. */
function plain(text: string): string {
  return text.toLowerCase().replace(/(?<=\d)[,'’\u00a0\u202f](?=\d{3}(?!\d))/g, "")
    .match(/\d+(?:\.\d+)?|[\p{L}\p{N}\p{M}]+/gu)?.join(" ") ?? "";
}

/** One line that Markdown takes for nothing else. */
function line(text: string): string {
  return text.slice(0, MAX_FACT_CHARS).replace(/\s+/g, " ").trim().replace(/[\\`*_[\]<]/g, "\\$&");
}

function afterFirstHeading(markdown: string): number {
  const start = markdown.length - markdown.trimStart().length;
  if (!/^#{1,6}\s/.test(markdown.slice(start, start + 8))) return 0;
  const end = markdown.indexOf("\n", start);
  return end < 0 ? markdown.length : end + 1;
}
