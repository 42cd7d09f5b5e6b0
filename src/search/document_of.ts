import type { ScrapeResult } from "../scraping/port.ts";
import { addressKey } from "./address_key.ts";
import { documentIdOf } from "./document_id.ts";
import type { IndexDocument } from "./index_port.ts";
import { withProductFacts } from "./product_facts.ts";

export { documentIdOf, type DocumentSource } from "./document_id.ts";

/** What a scraped page is to the index. */
export type ScrapedDocument =
  | { kind: "document"; document: IndexDocument }
  /** As it was: no content came, for there is none that is not known. */
  | { kind: "unchanged"; documentId: string; fetchedMs: number }
  /** Not to be found; what is indexed under this id is no more what the page says. */
  | { kind: "nothing"; documentId: string; reason: "noindex" | "no_text" };

/** What the index carries of a page beside what the page says. */
export interface ScrapedAbout {
  brand?: string;
  tags?: string[];
}

/**
 * The document of a page. Its id is that of the address it was read at, after redirects; the other addresses it was asked
 * for by are its aliases. What a product page knows of its product and does not say in its text is put into it.
 */
export function documentOf(result: ScrapeResult, about: ScrapedAbout = {}): ScrapedDocument {
  const { final_url: url } = result;
  const documentId = documentIdOf({ url });
  const fetchedMs = fetchedMsOf(result);
  if (result.directives?.includes("noindex")) return { kind: "nothing", documentId, reason: "noindex" };
  const text = textOf(result);
  if (text === undefined) {
    return result.not_modified
      ? { kind: "unchanged", documentId, fetchedMs }
      : { kind: "nothing", documentId, reason: "no_text" };
  }
  const markdown = withFacts(text.markdown, result);
  if (markdown.trim() === "") return { kind: "nothing", documentId, reason: "no_text" };
  const aliases = aliasesOf(result);
  const title = result.title?.trim() || result.product?.name?.value.trim();
  return {
    kind: "document",
    document: {
      documentId,
      source: "scrape",
      url,
      ...(aliases.length > 0 ? { aliases } : {}),
      ...(title ? { title } : {}),
      ...(about.brand === undefined ? {} : { brand: about.brand }),
      ...(about.tags === undefined ? {} : { tags: about.tags }),
      ...(result.language === undefined ? {} : { language: result.language }),
      ...(result.kind === undefined ? {} : { kind: result.kind }),
      ...(result.content_type === undefined ? {} : { contentType: result.content_type }),
      fetchedMs,
      markdown,
      ...(text.pages ? { pages: text.pages } : {}),
    },
  };
}

/** Each page's number and place, of those that have one. */
export function pagesOf(
  pages: ScrapeResult["pages"],
  start: "markdown_start" | "text_start" = "markdown_start",
): IndexDocument["pages"] {
  const placed = pages?.flatMap((page) => {
    const at = page[start];
    return at === undefined ? [] : [{ number: page.number, start: at }];
  });
  return placed && placed.length > 0 ? placed : undefined;
}

/** Its Markdown, or where that was not asked for its text. */
function textOf(result: ScrapeResult): Pick<IndexDocument, "markdown" | "pages"> | undefined {
  if (result.markdown !== undefined) return { markdown: result.markdown, pages: pagesOf(result.pages) };
  if (result.text === undefined) return undefined;
  return { markdown: result.text, pages: pagesOf(result.pages, "text_start") };
}

/** Not where pages are counted by places in the text, which would move; such a document is no shop's page. */
function withFacts(
  markdown: string,
  { product, kind, title, language, direction, pages }: ScrapeResult,
): string {
  if (!product || pages || (kind !== undefined && kind !== "product")) return markdown;
  const isHebrew = /^(?:he|iw)\b/i.test(language ?? "") || (language === undefined && direction === "rtl");
  return withProductFacts(markdown, product, { title, isHebrew });
}

function aliasesOf({ url, final_url, redirects }: ScrapeResult): string[] {
  const known = new Set([addressKey(final_url)]);
  return [url, ...redirects].filter((address) => {
    const key = addressKey(address);
    return !known.has(key) && known.add(key);
  });
}

function fetchedMsOf({ fetched_at }: ScrapeResult): number {
  const ms = Date.parse(fetched_at);
  if (Number.isNaN(ms)) {
    throw new TypeError(
      `Cannot index a page as 'fetched_at' must be a time: current value is ${JSON.stringify(fetched_at)}`,
    );
  }
  return ms;
}
