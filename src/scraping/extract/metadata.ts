import type { PageTree } from "./build_tree.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute, collapse, cut, find, textOf, type TreeElement } from "./tree.ts";

export type Metadata = Record<string, string | string[]>;

const MAX_ENTRIES = 200;
const MAX_VALUE_CHARS = 2000;
const MAX_VALUES = 20;
const NAME = /^[\p{L}\p{N}_.:-]{1,80}$/u;

/**
 * What the head says: every meta element under its own lower-case name, and under plain names what callers ask for
 * most: title, description, canonical, author, published, modified, site_name, favicon, image.
 */
export function pageMetadata(page: PageTree, urls: PageUrls): Metadata {
  const metadata: Metadata = {};
  const put = (name: string, value: string | undefined) => {
    const text = cut(collapse(value?.slice(0, MAX_VALUE_CHARS * 2) ?? ""), MAX_VALUE_CHARS);
    if (!text || !NAME.test(name)) return;
    const known = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    if (known === undefined) {
      if (Object.keys(metadata).length < MAX_ENTRIES) metadata[name] = text;
    } else if (Array.isArray(known)) {
      if (known.length < MAX_VALUES && !known.includes(text)) known.push(text);
    } else if (known !== text) metadata[name] = [known, text];
  };
  let meta = 0;
  const visit = (element: TreeElement) => {
    if (element.name === "meta" && meta++ < 1000) {
      const name = attribute(element, "property") ?? attribute(element, "name") ??
        attribute(element, "http-equiv");
      if (name && attribute(element, "itemprop") === undefined) {
        put(name.trim().toLowerCase(), attribute(element, "content"));
      }
    } else if (element.name === "link") {
      const rel = (attribute(element, "rel") ?? "").toLowerCase().split(/\s+/);
      const url = urls.resolveWeb(attribute(element, "href"));
      if (rel.includes("canonical")) put("canonical", url);
      if (rel.includes("icon")) metadata.favicon ??= url ?? "";
      if (rel.includes("alternate") && attribute(element, "hreflang")) {
        put("alternate", url && `${attribute(element, "hreflang")} ${url}`);
      }
      if (rel.includes("amphtml")) put("amphtml", url);
    }
  };
  for (const element of page.metas) visit(element);
  addPlainNames(metadata, page);
  if (metadata.favicon === "") delete metadata.favicon;
  return metadata;
}

function addPlainNames(metadata: Metadata, page: PageTree): void {
  const plain: Record<string, (string | undefined)[]> = {
    title: [first(metadata, "og:title"), pageTitle(page), first(metadata, "twitter:title")],
    description: [
      first(metadata, "description"),
      first(metadata, "og:description"),
      first(metadata, "twitter:description"),
    ],
    canonical: [first(metadata, "canonical"), first(metadata, "og:url")],
    author: [first(metadata, "author"), first(metadata, "article:author"), first(metadata, "dc.creator")],
    published: [
      first(metadata, "article:published_time"),
      first(metadata, "date"),
      first(metadata, "dc.date"),
      first(metadata, "pubdate"),
    ],
    modified: [
      first(metadata, "article:modified_time"),
      first(metadata, "og:updated_time"),
      first(metadata, "last-modified"),
    ],
    site_name: [first(metadata, "og:site_name"), first(metadata, "application-name")],
    image: [first(metadata, "og:image"), first(metadata, "twitter:image")],
  };
  for (const [name, values] of Object.entries(plain)) {
    const value = values.find((text) => text);
    if (value) metadata[name] = value;
  }
}

export function first(metadata: Metadata, name: string): string | undefined {
  const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
  return Array.isArray(value) ? value[0] : value;
}

/** The title element, else the first heading. */
export function pageTitle(page: PageTree): string | undefined {
  const title = page.metas.find((element) => element.name === "title");
  const text = title
    ? cut(collapse(title.children.filter((child) => typeof child === "string").join("")), 1000)
    : "";
  if (text) return text;
  const heading = find(page.body, (element) => element.name === "h1");
  return heading && textOf(heading, 1000) || undefined;
}
