import type { Field, FieldType } from "../../../sandbox/field_schema.ts";
import { imageSource } from "../image_source.ts";
import { toMarkdown } from "../markdown.ts";
import type { PageUrls } from "../page_url.ts";
import { parseCurrency } from "../product/price.ts";
import { toCleanHtml } from "../to_html.ts";
import { attribute, collapse, cut, textOf, type TreeElement } from "../tree.ts";
import { readDate } from "./read_date.ts";
import { readNumber, readPrice } from "./read_number.ts";

/** Longest value, in characters. */
const MAX_TEXT_CHARS = 20_000;
const MAX_MARKUP_CHARS = 200_000;
/** What a pattern is given of a text. */
const MAX_URL_CHARS = 4096;

const YES = new Set("true yes y on 1 ✓ ✔ ☑ כן oui sí si ja sim tak да evet نعم はい 是".split(" "));
const NO = new Set("false no n off 0 ✗ ✘ ✕ × ☐ לא non nein não nie нет hayır لا いいえ 否".split(" "));

export interface ValueOptions {
  urls: PageUrls;
  /** BCP 47, of the page: how its numbers and dates are written. */
  language?: string;
  /** Of the field's `pattern`. */
  pattern?: RegExp;
}

/** What an element says as a value of the field's type; undefined where it says none. */
export function readValue(
  element: TreeElement,
  field: Field,
  { urls, language, pattern }: ValueOptions,
): string | number | boolean | undefined {
  const { type = "text", attribute: name } = field;
  if (type === "html") {
    return toCleanHtml(element, urls, MAX_MARKUP_CHARS).slice(0, MAX_MARKUP_CHARS) || undefined;
  }
  if (type === "markdown") {
    return toMarkdown(element, urls, { maxChars: MAX_MARKUP_CHARS }).trim() || undefined;
  }
  const said = name === undefined ? wordsOf(element, type) : attributeWords(element, name);
  if (said === undefined) return undefined;
  if (type === "boolean") return readBoolean(said.text, name, pattern);
  const text = pattern === undefined ? said.text : matched(said.text, pattern);
  if (text === undefined) return undefined;
  switch (type) {
    case "text":
      return text || undefined;
    case "number":
      return readNumber(text, { language, forMachines: said.forMachines });
    case "integer": {
      const value = readNumber(text, { language, forMachines: said.forMachines });
      return Number.isSafeInteger(value) ? value : undefined;
    }
    case "price":
      return readPrice(text);
    case "currency":
      return parseCurrency(text);
    case "url":
      return text === "" || text.length > MAX_URL_CHARS ? undefined : urls.resolveWeb(text);
    case "date":
      return readDate(text, language);
  }
}

interface Words {
  text: string;
  /** Written for programs, not for readers. */
  forMachines: boolean;
}

/** What an element says for a type: the attribute that is there for it, else its text. */
function wordsOf(element: TreeElement, type: FieldType): Words | undefined {
  const { name } = element;
  const own = name === "meta"
    ? attribute(element, "content") ?? ""
    : name === "input" || name === "data" || name === "meter"
    ? attribute(element, "value")
    : undefined;
  if (own !== undefined) return { text: tidy(own), forMachines: true };
  if (type === "url") {
    const address = addressOf(element);
    if (address !== undefined) return { text: tidy(address), forMachines: true };
  } else if (type !== "text" && type !== "boolean") {
    const said = (type === "date" ? attribute(element, "datetime") : undefined) ??
      attribute(element, "content");
    if (said !== undefined && said.trim() !== "") return { text: tidy(said), forMachines: true };
  }
  return { text: textOf(element, MAX_TEXT_CHARS), forMachines: false };
}

function attributeWords(element: TreeElement, name: string): Words | undefined {
  const value = attribute(element, name.toLowerCase());
  return value === undefined ? undefined : { text: tidy(value), forMachines: true };
}

function addressOf(element: TreeElement): string | undefined {
  if (element.name === "img") return imageSource(element);
  return attribute(element, "href") ?? attribute(element, "src");
}

/** A pattern's first group, else what it matched. */
function matched(text: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(text);
  return match === null ? undefined : (match[1] ?? match[0]).trim();
}

/** With a pattern: whether it matches. An attribute that HTML takes for true by being there (`disabled=""`) is true. */
function readBoolean(
  text: string,
  name: string | undefined,
  pattern: RegExp | undefined,
): boolean | undefined {
  if (pattern !== undefined) return pattern.test(text);
  const word = text.toLowerCase();
  if (name !== undefined && (word === "" || word === name.toLowerCase())) return true;
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

function tidy(text: string): string {
  return cut(collapse(text), MAX_TEXT_CHARS);
}
