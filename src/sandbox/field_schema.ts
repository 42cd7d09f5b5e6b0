import { z } from "zod";
import { selectorFault } from "../platform/css_selector.ts";

/**
 * What a caller or a brand profile wants read off a page, field by field, with CSS selectors. Evaluated in the sandbox
 * child that holds the page, so a selector or a pattern that never ends costs its own page and nothing else. What it
 * can see, and what each type gives: docs/brands.md.
 */

export const FIELD_TYPES = [
  "text",
  "number",
  "integer",
  "price",
  "currency",
  "boolean",
  "url",
  "date",
  "html",
  "markdown",
] as const;
export type FieldType = typeof FIELD_TYPES[number];

const MAX_SELECTOR_CHARS = 1000;
const MAX_SELECTORS = 20;
const MAX_FIELDS = 200;
const MAX_NESTING = 4;

/** A CSS selector that compiles; refused with the reason otherwise. */
export const selectorSchema = z.string().min(1).max(MAX_SELECTOR_CHARS).superRefine((text, context) => {
  // A longer one has been refused for its length already.
  const fault = text.length > MAX_SELECTOR_CHARS ? undefined : selectorFault(text);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});
const name = z.string().regex(
  /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
  "must be a name of 1 to 64 letters, digits, '_', '.' or '-'",
);

export interface Field {
  /**
   * One, or several in order of preference: the first that gives a value of the type counts. `:scope` is the element
   * that `fields` of an outer field found.
   */
  selector: string | string[];
  /** Read from this attribute instead of the text. Not with `html` and `markdown`. */
  attribute?: string;
  /** @default "text" */
  type?: FieldType;
  /** A list of all that match, instead of the first; empty where nothing is found. @default false */
  many?: boolean;
  /**
   * A regular expression (JavaScript's, flag `u`); its first group, else the whole match, is the value. Nothing that
   * matches: no value. With `boolean`: whether it matches. Not with `html` and `markdown`.
   */
  pattern?: string;
  /** Given where nothing is found; `null` is without it. */
  default?: string | number | boolean;
  /** Objects instead of values: these fields, looked for below each element that matches. */
  fields?: FieldSchema;
}

/** Fields by name. */
export interface FieldSchema {
  [name: string]: Field;
}

const field: z.ZodType<Field> = z.lazy(() =>
  z.strictObject({
    selector: z.union(
      [selectorSchema, z.array(selectorSchema).min(1).max(MAX_SELECTORS)],
      "must be a selector or a list of selectors",
    ),
    attribute: z.string().regex(/^[A-Za-z_][\w:.-]{0,99}$/, "must be the name of an attribute").optional(),
    type: z.enum(FIELD_TYPES).optional(),
    many: z.boolean().optional(),
    pattern: z.string().min(1).max(500).refine(isPattern, "must be a regular expression").optional(),
    default: z.union([z.string().max(10_000), z.number(), z.boolean()]).optional(),
    fields: fieldSchema.optional(),
  }).superRefine((given, context) => {
    const fault = combinationFault(given);
    if (fault !== undefined) context.addIssue({ code: "custom", path: [fault.key], message: fault.message });
  })
);

export const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.record(name, field).refine(
    (fields) => Object.keys(fields).length <= MAX_FIELDS,
    `must have at most ${MAX_FIELDS} fields`,
  ).refine((fields) => depthOf(fields) <= MAX_NESTING, `must be nested at most ${MAX_NESTING} deep`)
);

/** Words of a field that say nothing together. */
function combinationFault(given: Field): { key: keyof Field; message: string } | undefined {
  const { type, fields } = given;
  if (fields !== undefined) {
    const key = (["type", "attribute", "pattern", "default"] as const).find((each) =>
      given[each] !== undefined
    );
    return key && { key, message: "must not stand beside `fields`, which makes an object of it" };
  }
  if (type !== "html" && type !== "markdown") return undefined;
  const key = (["attribute", "pattern"] as const).find((each) => given[each] !== undefined);
  return key && { key, message: `must not stand beside \`type: ${type}\`` };
}

function depthOf(fields: FieldSchema): number {
  return 1 + Math.max(0, ...Object.values(fields).map((each) => each.fields ? depthOf(each.fields) : 0));
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
