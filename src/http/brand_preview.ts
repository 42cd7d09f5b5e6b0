import type { BrandProfile } from "../brands/port.ts";
import type { Field, FieldSchema } from "../sandbox/field_schema.ts";

/** What a preview asks of a page beside the profile's fields, and what it makes of the answer. */

/** Selectors that are probed; a profile with more is told of the others that they were tried, not how they fared. */
const MAX_PROBES = 90;
const SHOWN_CHARS = 80;

/** A selector that was tried in vain. */
export interface TriedSelector {
  selector: string;
  /** Elements it matches, at most 1000; absent where nobody counted. */
  matches?: number;
  /** How the text (or attribute) of the first begins that has one. */
  says?: string;
}

export interface MissingField {
  field: string;
  type: string;
  tried: TriedSelector[];
  /** A default stands in its place. */
  default_given: boolean;
}

/** The profile's fields without their defaults: a preview must know what the page gave. */
export function withoutDefaults(fields: FieldSchema): FieldSchema {
  return mapped(fields, ({ default: _, ...field }) => ({
    ...field,
    ...(field.fields === undefined ? {} : { fields: withoutDefaults(field.fields) }),
  }));
}

/**
 * Fields that tell of each selector of the outer fields how many elements it matches, and what the first of them says:
 * an element is counted by a pattern that anything matches.
 */
export function probesOf(fields: FieldSchema): FieldSchema {
  const probes: FieldSchema = {};
  for (const [index, { selector, attribute }] of probed(fields).entries()) {
    probes[`n${index}`] = { selector, many: true, type: "boolean", pattern: "^" };
    probes[`t${index}`] = { selector, attribute, pattern: `^[^]{1,${SHOWN_CHARS}}` };
  }
  return probes;
}

/** The values found, with the defaults in the places of those that were not. */
export function withDefaults(fields: FieldSchema, values: Record<string, unknown>): Record<string, unknown> {
  return mapped(fields, (field, name) => {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    if (isEmpty(value)) {
      if (field.default === undefined) return value;
      return field.many ? [field.default] : field.default;
    }
    const { fields: inner } = field;
    if (inner === undefined) return value;
    const fill = (each: unknown) => withDefaults(inner, each as Record<string, unknown>);
    return Array.isArray(value) ? value.map(fill) : fill(value);
  });
}

/** The fields that found nothing: a field within others where none of their elements had it. */
export function missingFields(
  fields: FieldSchema,
  values: Record<string, unknown>,
  probes: Record<string, unknown>,
): MissingField[] {
  const fared = new Map(probed(fields).map(({ field, selector }, index) => [`${field}\n${selector}`, index]));
  const missing: MissingField[] = [];
  const look = (inner: FieldSchema, found: Record<string, unknown>[], prefix: string) => {
    for (const [name, field] of Object.entries(inner)) {
      const path = prefix + name;
      const given = found.map((each) => each[name]).filter((value) => !isEmpty(value));
      if (given.length > 0) {
        if (field.fields !== undefined) {
          look(field.fields, given.flat() as Record<string, unknown>[], `${path}.`);
        }
        continue;
      }
      const tried = selectorsOf(field).map((selector) => {
        const index = fared.get(`${path}\n${selector}`);
        return index === undefined
          ? { selector }
          : triedSelector(selector, probes[`n${index}`], probes[`t${index}`]);
      });
      missing.push({
        field: path,
        type: field.fields === undefined ? field.type ?? "text" : "fields",
        tried,
        default_given: field.default !== undefined,
      });
    }
  };
  look(fields, [values], "");
  return missing;
}

/** The input of the scrape that a preview runs: the page as it is now, kept by nobody. */
export function previewInput(
  profile: BrandProfile,
  asked: { url: string; formats?: string[] },
): Record<string, unknown> {
  const { fields = {}, nextSelector, headers, render } = profile;
  const probes = probesOf(fields);
  const hasProbes = Object.keys(probes).length > 0;
  const formats = asked.formats ?? profile.formats ?? ["metadata"];
  return {
    url: asked.url,
    formats: hasProbes ? [...formats, "json"] : formats,
    ...(hasProbes ? { fields: probes } : {}),
    brand_fields: withoutDefaults(fields),
    ...(nextSelector === undefined ? {} : { next_selector: nextSelector }),
    ...(headers === undefined ? {} : { headers }),
    render,
    max_age_s: 0,
    cache: "skip",
  };
}

function triedSelector(selector: string, matched: unknown, says: unknown): TriedSelector {
  return {
    selector,
    ...(Array.isArray(matched) ? { matches: matched.length } : {}),
    ...(typeof says === "string" ? { says } : {}),
  };
}

function probed(fields: FieldSchema): { field: string; selector: string; attribute?: string }[] {
  return Object.entries(fields).flatMap(([field, each]) =>
    selectorsOf(each).map((selector) => ({ field, selector, attribute: each.attribute }))
  ).slice(0, MAX_PROBES);
}

function selectorsOf({ selector }: Field): string[] {
  return typeof selector === "string" ? [selector] : selector;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function mapped<T>(fields: FieldSchema, of: (field: Field, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, of(field, name)]));
}
