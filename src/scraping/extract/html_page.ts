import { createHash } from "node:crypto";
import type { ExtractedPage, ExtractRequest } from "../../sandbox/port.ts";
import { buildTree, type PageTree } from "./build_tree.ts";
import { askedFields } from "./fields/mod.ts";
import { pageLanguage, textDirection } from "./language.ts";
import { pageLinks } from "./links.ts";
import { mainContent } from "./main_content.ts";
import { toMarkdown } from "./markdown.ts";
import { first, type Metadata, pageMetadata, pageTitle } from "./metadata.ts";
import { pageAddresses } from "./page_addresses.ts";
import { missingHeading } from "./page_heading.ts";
import { pageKind } from "./page_kind.ts";
import { pageTables } from "./page_tables.ts";
import { PageUrls } from "./page_url.ts";
import { toPlainText } from "./plain_text.ts";
import { extractProduct } from "./product/mod.ts";
import { toCleanHtml } from "./to_html.ts";
import { attribute, cut, find, textOf } from "./tree.ts";

/** What an HTML page says. Computes what was asked for, and what is asked of every page. */
export function extractHtml(
  html: string,
  options: { mediaType: string; charset: string; request: ExtractRequest; maxChars: number },
): ExtractedPage {
  const { request, maxChars } = options;
  const formats = new Set(request.formats);
  const page = buildTree(html);
  const urls = new PageUrls(request.url, baseHref(page));
  const metadata = pageMetadata(page, urls);
  const title = pageTitle(page);
  const language = pageLanguage(page, metadata);
  const kind = pageKind(page, metadata);
  const content = mainContent(page, { kind, titles: pageTitles(page, metadata) });
  const text = toPlainText(content, maxChars);
  return {
    content_type: options.mediaType,
    charset: options.charset,
    ...(title ? { title } : {}),
    ...(language ? { language } : {}),
    direction: textDirection(text, page, content, language),
    content_hash: createHash("sha256").update(text).digest("hex"),
    kind,
    ...pageAddresses(page, urls, { url: request.url, kind }),
    ...(formats.has("markdown")
      ? {
        markdown: toMarkdown(content, urls, {
          maxChars,
          heading: missingHeading(content, page, { kind, title }),
        }),
      }
      : {}),
    ...(formats.has("html") ? { html: toCleanHtml(content, urls, maxChars) } : {}),
    ...(formats.has("raw_html") ? { raw_html: cut(html, maxChars) } : {}),
    ...(formats.has("text") ? { text } : {}),
    ...(formats.has("links") ? { links: pageLinks(page.body, urls) } : {}),
    ...(formats.has("metadata") ? { metadata } : {}),
    ...(formats.has("product") ? { product: extractProduct(page, urls, metadata, request.url) } : {}),
    ...(formats.has("tables") ? { tables: pageTables(page.body) } : {}),
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
  const base = page.metas.find((element) =>
    element.name === "base" && attribute(element, "href") !== undefined
  );
  return base && attribute(base, "href");
}
