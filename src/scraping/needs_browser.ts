import type { PageFormat } from "../sandbox/port.ts";
import type { ScrapeResult } from "./port.ts";

/** A page with less text than this, hardly a link and no price has not said yet what it is there for. */
const MIN_TELLING_CHARS = 200;
const MIN_TELLING_LINKS = 5;
const HTML = /^(text\/html|application\/xhtml\+xml)\b/i;

/** Whether a page, as it was fetched, says nothing without its scripts. */
export function needsBrowser(page: ScrapeResult): boolean {
  if (!HTML.test(page.content_type ?? "")) return false;
  const text = page.text ?? page.markdown ?? "";
  return text.trim().length < MIN_TELLING_CHARS && (page.links?.length ?? 0) < MIN_TELLING_LINKS &&
    page.product?.price === undefined;
}

/** The formats by which that can be told: with its text, where nobody asked for any. */
export function tellingFormats(formats: PageFormat[]): PageFormat[] {
  return formats.includes("text") || formats.includes("markdown") ? formats : [...formats, "text"];
}
