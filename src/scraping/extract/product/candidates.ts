import type { Product, ProductField, ProductFields, Sourced } from "../../../sandbox/port.ts";
import { collapse, cut } from "../tree.ts";

type Source = Sourced<unknown>["source"];

const MAX_CHARS: Partial<Record<ProductField, number>> = { description: 5000, name: 500 };

/** Values found for a product's fields; the surest of each wins, the first among equals. */
export class Candidates {
  readonly #best: { [K in ProductField]?: Sourced<ProductFields[K]> } = {};

  add<K extends ProductField>(
    field: K,
    value: ProductFields[K] | undefined,
    source: Source,
    confidence: number,
  ): void {
    const tidy = tidyValue(field, value);
    if (tidy === undefined) return;
    const known = this.#best[field];
    if (known && known.confidence >= confidence) return;
    const sourced: Sourced<ProductFields[K]> = { value: tidy, source, confidence };
    (this.#best as Record<K, Sourced<ProductFields[K]>>)[field] = sourced;
  }

  get<K extends ProductField>(field: K): ProductFields[K] | undefined {
    return this.#best[field]?.value as ProductFields[K] | undefined;
  }

  has(field: ProductField): boolean {
    return this.#best[field] !== undefined;
  }

  toProduct(): Product {
    return { ...this.#best } as Product;
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
  return text === "" || /^(null|undefined|n\/?a|none|-+)$/i.test(text) ? undefined : text as ProductFields[K];
}
