import type { Product, ProductField, ProductFields, Sourced } from "../../../sandbox/port.ts";
import { collapse, cut } from "../tree.ts";

type Source = Sourced<unknown>["source"];

const MAX_CHARS: Partial<Record<ProductField, number>> = { description: 5000, name: 500 };
const MAX_PER_FIELD = 100;

/** Values found for a product's fields, each with where it was found and how sure that is. */
export class Candidates {
  readonly #found: { [K in ProductField]?: Sourced<ProductFields[K]>[] } = {};

  add<K extends ProductField>(
    field: K,
    value: ProductFields[K] | undefined,
    source: Source,
    confidence: number,
  ): void {
    const tidy = tidyValue(field, value);
    if (tidy === undefined) return;
    const found = (this.#found as Record<K, Sourced<ProductFields[K]>[]>)[field] ??= [];
    if (found.length < MAX_PER_FIELD) found.push({ value: tidy, source, confidence });
  }

  /** All that was found, in the order it was added. */
  all<K extends ProductField>(field: K): Sourced<ProductFields[K]>[] {
    return (this.#found as Record<K, Sourced<ProductFields[K]>[] | undefined>)[field] ?? [];
  }

  has(field: ProductField): boolean {
    return this.#found[field] !== undefined;
  }

  /** The surest, the first among equals. */
  best<K extends ProductField>(field: K): Sourced<ProductFields[K]> | undefined {
    let best: Sourced<ProductFields[K]> | undefined;
    for (const one of this.all(field)) if (!best || one.confidence > best.confidence) best = one;
    return best;
  }

  /** The surest of every field; `chosen` in place of those that were decided by a rule of their own. */
  toProduct(chosen: Product): Product {
    const product: Product = {};
    for (const field of Object.keys(this.#found) as ProductField[]) {
      Object.assign(product, { [field]: this.best(field) });
    }
    for (const [field, value] of Object.entries(chosen)) {
      if (value === undefined) delete product[field as ProductField];
      else Object.assign(product, { [field]: value });
    }
    return product;
  }
}

function tidyValue<K extends ProductField>(
  field: K,
  value: ProductFields[K] | undefined,
): ProductFields[K] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  if (typeof value !== "string") return value;
  const limit = MAX_CHARS[field] ?? 200;
  const text = cut(collapse(value.slice(0, limit * 4)), limit);
  if (text === "" || /^(null|undefined|n\/?a|none|-+)$/i.test(text)) return undefined;
  return (field === "brand" ? brandOf(text) : field === "sku" ? skuOf(text) : text) as ProductFields[K];
}

/** A link to all of a brand's products names it last: "More of the brand: Exemplar". */
function brandOf(text: string): string {
  return text.replace(/^.{3,60}[:：]\s(?=\S)/, "");
}

/** Feeds write a number and what it is in one: "TE502955-12 Chair cover". */
function skuOf(text: string): string {
  const [code = "", ...words] = text.split(" ");
  return code.length >= 5 && /\d/.test(code) && words.some((word) => /^\p{L}{4,}/u.test(word)) ? code : text;
}
