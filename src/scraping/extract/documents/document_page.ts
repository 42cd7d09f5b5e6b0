import { createHash } from "node:crypto";
import type { ExtractedPage, ExtractRequest, PageLink, PageTable } from "../../../sandbox/port.ts";
import { cut } from "../tree.ts";
import { RTL_LETTER } from "../visual_order.ts";

/** Largest markdown or text of a document, in characters each. */
export const MAX_OUTPUT_CHARS = 4_000_000;

export interface DocumentParts {
  mediaType: string;
  charset?: string;
  title?: string;
  language?: string;
  markdown: string;
  text: string;
  /** The source as text, where it is text. */
  source?: string;
  links?: PageLink[];
  metadata?: Record<string, string | string[]>;
  tables?: PageTable[];
  pages?: ExtractedPage["pages"];
}

/** A document in the formats that were asked for. What only an HTML page has is null. */
export function documentPage(parts: DocumentParts, request: ExtractRequest): ExtractedPage {
  const formats = new Set(request.formats);
  const { title, language, source, pages } = parts;
  return {
    content_type: parts.mediaType,
    ...(parts.charset ? { charset: parts.charset } : {}),
    ...(title ? { title: title.slice(0, 1000) } : {}),
    ...(language ? { language } : {}),
    direction: directionOf(parts.text),
    content_hash: createHash("sha256").update(parts.text.trim()).digest("hex"),
    ...(formats.has("markdown") ? { markdown: cut(parts.markdown, MAX_OUTPUT_CHARS) } : {}),
    ...(formats.has("text") ? { text: cut(parts.text, MAX_OUTPUT_CHARS) } : {}),
    ...(formats.has("raw_html") && source !== undefined ? { raw_html: cut(source, MAX_OUTPUT_CHARS) } : {}),
    ...(formats.has("links") ? { links: onceEach(parts.links ?? []) } : {}),
    ...(formats.has("metadata") ? { metadata: parts.metadata ?? {} } : {}),
    ...(formats.has("product") ? { product: null } : {}),
    ...(formats.has("tables") ? { tables: parts.tables ?? [] } : {}),
    ...(formats.has("json") ? { json: null } : {}),
    ...(pages ? { pages } : {}),
  };
}

function directionOf(text: string): "ltr" | "rtl" {
  const sample = text.slice(0, 4000);
  const rtl = sample.match(new RegExp(RTL_LETTER, "g"))?.length ?? 0;
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  return rtl > 0 && rtl > letters * 0.4 ? "rtl" : "ltr";
}

/** By address, fragment aside, with the first text that says something. */
function onceEach(links: readonly PageLink[]): PageLink[] {
  const known = new Map<string, PageLink>();
  for (const { url, text } of links) {
    const parsed = URL.parse(url);
    if (!parsed || !/^https?:$/.test(parsed.protocol)) continue;
    parsed.hash = "";
    const before = known.get(parsed.href);
    if (before) before.text ||= text;
    else known.set(parsed.href, { url: parsed.href, text });
  }
  return [...known.values()];
}
