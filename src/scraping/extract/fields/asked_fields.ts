import type { ExtractedPage, ExtractRequest } from "../../../sandbox/port.ts";
import type { PageTree } from "../build_tree.ts";
import { attribute, find, type TreeElement } from "../tree.ts";
import { queryFirst } from "./page_query.ts";
import { readFields, type ReadFieldsOptions } from "./read_fields.ts";

/**
 * What a request wants read off a page with selectors of its own: the caller's fields for the format `json`, the brand
 * profile's fields, and the next page of a listing by the profile's selector.
 * @throws {TaskError} invalid_input: a selector that cannot be parsed
 */
export function askedFields(
  page: PageTree,
  request: Pick<ExtractRequest, "formats" | "fields" | "brandFields" | "nextSelector">,
  options: ReadFieldsOptions,
): Pick<ExtractedPage, "json" | "fields" | "next_url"> {
  const { formats, fields, brandFields, nextSelector } = request;
  const asked: Pick<ExtractedPage, "json" | "fields" | "next_url"> = {};
  if (formats.includes("json")) asked.json = readFields(page, fields ?? {}, options);
  if (brandFields !== undefined) asked.fields = readFields(page, brandFields, options);
  const next = nextSelector === undefined ? undefined : nextUrl(page, nextSelector, options);
  if (next !== undefined) asked.next_url = next;
  return asked;
}

/** Where the link leads that the selector finds, or that stands in what it finds. */
function nextUrl(page: PageTree, selector: string, { urls }: ReadFieldsOptions): string | undefined {
  const found = queryFirst(page, selector);
  if (found === undefined) return undefined;
  const isLink = (element: TreeElement) => attribute(element, "href") !== undefined;
  const link = isLink(found) ? found : find(found, isLink);
  return link && urls.resolveWeb(attribute(link, "href"));
}
