import { createHash } from "node:crypto";
import type { ExtractedPage, ExtractRequest } from "../../sandbox/port.ts";
import { buildTree, type PageTree } from "./build_tree.ts";
import { decodeText } from "./charset.ts";
import { contentKind } from "./content_kind.ts";
import { askedFields } from "./fields/mod.ts";
import { pageLanguage, textDirection } from "./language.ts";
import { pageLinks } from "./links.ts";
import { mainContent } from "./main_content.ts";
import { toMarkdown } from "./markdown.ts";
import { first, type Metadata, pageMetadata, pageTitle } from "./metadata.ts";
import { PageUrls } from "./page_url.ts";
import { toPlainText } from "./plain_text.ts";
import { extractProduct } from "./product/mod.ts";
import { toCleanHtml } from "./to_html.ts";
import { attribute, cut, find, textOf } from "./tree.ts";

/** Largest markdown, html, text or raw_html of a page, in characters each. */
const MAX_OUTPUT_CHARS = 4_000_000;

/**
 * Bytes of a page to what it says. Pure and synchronous; linear in the size of the page; made to run in a sandbox child.
 *
 * @throws {TaskError} unsupported_content for a body that is not text
 */
export function extractPage(bytes: Uint8Array, request: ExtractRequest): ExtractedPage {
  const { kind, mediaType } = contentKind(bytes, request.contentType);
  const { text, charset } = decodeText(bytes, request.contentType, kind === "html" || kind === "xml");
  if (kind === "html") return extractHtml(text, { mediaType, charset, request });
  const formats = new Set(request.formats);
  const body = cut(text, MAX_OUTPUT_CHARS);
  return {
    content_type: mediaType,
    charset,
    content_hash: sha256(text.trim()),
    ...(formats.has("markdown") ? { markdown: kind === "text" ? body : fenced(body, kind) } : {}),
    ...(formats.has("text") ? { text: body } : {}),
    ...(formats.has("raw_html") ? { raw_html: body } : {}),
    ...(formats.has("links") ? { links: [] } : {}),
    ...(formats.has("metadata") ? { metadata: {} } : {}),
    ...(formats.has("product") ? { product: null } : {}),
    ...(formats.has("json") ? { json: null } : {}),
  };
}

function extractHtml(
  html: string,
  options: { mediaType: string; charset: string; request: ExtractRequest },
): ExtractedPage {
  const { request } = options;
  const formats = new Set(request.formats);
  const page = buildTree(html);
  const urls = new PageUrls(request.url, baseHref(page));
  const metadata = pageMetadata(page, urls);
  const title = pageTitle(page);
  const language = pageLanguage(page, metadata);
  const product = formats.has("product") ? extractProduct(page, urls, metadata, request.url) : null;
  const content = mainContent(page, {
    product: product?.price !== undefined,
    titles: pageTitles(page, metadata),
  });
  const text = toPlainText(content, MAX_OUTPUT_CHARS);
  return {
    content_type: options.mediaType,
    charset: options.charset,
    ...(title ? { title } : {}),
    ...(language ? { language } : {}),
    direction: textDirection(text, page, content, language),
    content_hash: sha256(text),
    ...(formats.has("markdown")
      ? { markdown: toMarkdown(content, urls, { maxChars: MAX_OUTPUT_CHARS }) }
      : {}),
    ...(formats.has("html") ? { html: toCleanHtml(content, urls, MAX_OUTPUT_CHARS) } : {}),
    ...(formats.has("raw_html") ? { raw_html: cut(html, MAX_OUTPUT_CHARS) } : {}),
    ...(formats.has("text") ? { text } : {}),
    ...(formats.has("links") ? { links: pageLinks(page.body, urls) } : {}),
    ...(formats.has("metadata") ? { metadata } : {}),
    ...(formats.has("product") ? { product } : {}),
    ...askedFields(page, request, { urls, language }),
  };
}

/** What the page calls itself, in lower case: its title, what it tells others to show, its first heading. */
function pageTitles(page: PageTree, metadata: Metadata): string[] {
  const heading = find(page.body, (element) => element.name === "h1");
  return [pageTitle(page), first(metadata, "og:title"), heading && textOf(heading, 400)]
    .filter((title) => title !== undefined && title !== "").map((title) => title!.toLowerCase());
}

function baseHref(page: PageTree): string | undefined {
  const base = find(
    page.root,
    (element) => element.name === "base" && attribute(element, "href") !== undefined,
  );
  return base && attribute(base, "href");
}

function fenced(text: string, language: string): string {
  let longest = 2;
  for (const run of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run[0].length);
  const fence = "`".repeat(Math.min(longest, 64) + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
