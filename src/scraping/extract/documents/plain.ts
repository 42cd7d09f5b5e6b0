import type { ExtractedPage } from "../../../sandbox/port.ts";
import { documentPage } from "./document_page.ts";
import type { DocumentText } from "./document_text.ts";

/** Plain text and Markdown, as they are. */
export function extractPlain({ text, charset, mediaType, request }: DocumentText): ExtractedPage {
  const body = text.replace(/\r\n?/g, "\n");
  // The first lines only: a heading later on is one of many.
  const title = /markdown/.test(mediaType)
    ? /^#\s{1,5}(\S.{0,300})$/m.exec(body.slice(0, 2000))?.[1]
    : undefined;
  return documentPage({ mediaType, charset, title, markdown: body, text: body, source: text }, request);
}
