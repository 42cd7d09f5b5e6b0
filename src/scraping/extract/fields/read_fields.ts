import type { Field, FieldSchema } from "../../../sandbox/field_schema.ts";
import type { PageTree } from "../build_tree.ts";
import type { PageUrls } from "../page_url.ts";
import type { TreeElement } from "../tree.ts";
import { PageQuery } from "./page_query.ts";
import { readValue } from "./read_value.ts";

/** Elements looked at for one selector of one field, below one element. */
const MAX_MATCHES = 1000;
/** Values of all fields of a page together, and their size; what comes after that is not found. */
const MAX_VALUES = 20_000;
const MAX_TOTAL_CHARS = 4_000_000;

export interface ReadFieldsOptions {
  urls: PageUrls;
  /** BCP 47, of the page. */
  language?: string;
}

/**
 * The values of fields on a page, each under its name: `null` (or the field's default) where nothing is found, an empty
 * list for `many`. Fields are independent of one another.
 * @throws {TaskError} invalid_input: a selector that cannot be parsed
 */
export function readFields(
  page: PageTree,
  fields: FieldSchema,
  options: ReadFieldsOptions,
): Record<string, unknown> {
  return new FieldReader(new PageQuery(page), options).object(fields).values;
}

interface Found {
  values: Record<string, unknown>;
  /** A field was found on the page, not only its default. */
  any: boolean;
}

class FieldReader {
  readonly #query: PageQuery;
  readonly #options: ReadFieldsOptions;
  readonly #patterns = new Map<string, RegExp>();
  #values = 0;
  #chars = 0;

  constructor(query: PageQuery, options: ReadFieldsOptions) {
    this.#query = query;
    this.#options = options;
  }

  object(fields: FieldSchema, scope?: TreeElement): Found {
    const values: Record<string, unknown> = {};
    let any = false;
    for (const [name, field] of Object.entries(fields)) {
      const found = this.#field(field, scope);
      if (found.length > 0) any = true;
      this.#chars += name.length;
      // A name such as `__proto__` is a field like any other.
      Object.defineProperty(values, name, {
        value: given(field, found),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return { values, any };
  }

  /** The values of the first selector that gives any. */
  #field(field: Field, scope: TreeElement | undefined): unknown[] {
    const selectors = typeof field.selector === "string" ? [field.selector] : field.selector;
    for (const selector of selectors) {
      const found: unknown[] = [];
      let matches = 0;
      this.#query.visit(selector, scope, (element) => {
        const value = this.#value(element, field);
        if (value !== undefined && this.#afford(value)) found.push(value);
        const done = found.length > 0 && !field.many;
        return done || ++matches >= MAX_MATCHES || this.#spent() ? "enough" : undefined;
      });
      if (found.length > 0) return found;
    }
    return [];
  }

  #value(element: TreeElement, field: Field): unknown {
    if (field.fields !== undefined) {
      if (this.#spent()) return undefined;
      const { values, any } = this.object(field.fields, element);
      return any ? values : undefined;
    }
    return readValue(element, field, { ...this.#options, pattern: this.#pattern(field.pattern) });
  }

  #pattern(text: string | undefined): RegExp | undefined {
    if (text === undefined) return undefined;
    const known = this.#patterns.get(text) ?? new RegExp(text, "u");
    this.#patterns.set(text, known);
    return known;
  }

  #spent(): boolean {
    return this.#values >= MAX_VALUES || this.#chars >= MAX_TOTAL_CHARS;
  }

  #afford(value: unknown): boolean {
    if (this.#spent()) return false;
    this.#values++;
    if (typeof value === "string") this.#chars += value.length;
    return true;
  }
}

function given(field: Field, found: unknown[]): unknown {
  if (field.many) return found.length > 0 || field.default === undefined ? found : [field.default];
  return found.length > 0 ? found[0] : field.default ?? null;
}
