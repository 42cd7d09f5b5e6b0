import { TaskError } from "../../platform/errors.ts";
import type { ExtractedPage, ExtractRequest } from "../../sandbox/port.ts";
import { decodeText } from "./charset.ts";
import { type Content, contentKind } from "./content_kind.ts";
import { extractDocument } from "./documents/mod.ts";
import { extractHtml } from "./html_page.ts";

/** Largest markdown, html, text or raw_html of a page, in characters each. */
const MAX_OUTPUT_CHARS = 4_000_000;

/**
 * Bytes to what they say, whatever they are: an HTML page at once, a document (PDF, JSON, CSV, feed, text) when what
 * reads it has been loaded. Made to run in a sandbox child.
 *
 * @throws {TaskError} unsupported_content for a body that is neither text nor PDF, or is broken; too_large
 */
export function extractBody(
  bytes: Uint8Array,
  request: ExtractRequest,
): ExtractedPage | Promise<ExtractedPage> {
  const { kind, mediaType } = contentKind(bytes, request.contentType);
  return kind === "html"
    ? htmlPage(bytes, mediaType, request)
    : extractDocument(bytes, { kind, mediaType, request });
}

/**
 * Bytes of an HTML page to what it says. Pure and synchronous; linear in the size of the page.
 *
 * @throws {TaskError} unsupported_content for a body that is no HTML
 */
export function extractPage(bytes: Uint8Array, request: ExtractRequest): ExtractedPage {
  const { kind, mediaType }: Content = contentKind(bytes, request.contentType);
  if (kind !== "html") throw new TaskError("unsupported_content", `"${mediaType}" is no HTML page`);
  return htmlPage(bytes, mediaType, request);
}

function htmlPage(bytes: Uint8Array, mediaType: string, request: ExtractRequest): ExtractedPage {
  const { text, charset } = decodeText(bytes, request.contentType, true);
  return extractHtml(text, { mediaType, charset, request, maxChars: MAX_OUTPUT_CHARS });
}
