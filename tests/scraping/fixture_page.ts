import { extractPage } from "../../src/scraping/extract/mod.ts";
import { type ExtractedPage, PAGE_FORMATS } from "../../src/sandbox/port.ts";

const pages = new URL("../fixtures/pages/", import.meta.url);

/** A page of tests/fixtures/pages, extracted in every format. */
export async function extractFixture(
  name: string,
  options: { url?: string; contentType?: string } = {},
): Promise<ExtractedPage> {
  const { url = "https://shop.example/p/1", contentType = "text/html" } = options;
  return await extractPage(await Deno.readFile(new URL(name, pages)), {
    url,
    contentType,
    formats: [...PAGE_FORMATS],
  });
}

/** Extracts an HTML page given as text. */
export function extractText(
  html: string,
  options: { url?: string; contentType?: string } = {},
): ExtractedPage {
  const { url = "https://site.example/dir/page", contentType = "text/html; charset=utf-8" } = options;
  const page = extractPage(new TextEncoder().encode(html), { url, contentType, formats: [...PAGE_FORMATS] });
  if (page instanceof Promise) throw new TypeError(`Cannot wait for a page of type "${contentType}" here`);
  return page;
}
