import { TaskError } from "../../platform/errors.ts";

export type ContentKind = "html" | "text" | "json" | "xml";

/**
 * What a body is, by its media type; without one, by its first bytes.
 * @throws {TaskError} unsupported_content for anything that is not text
 */
export function contentKind(
  bytes: Uint8Array,
  contentType: string | undefined,
): { kind: ContentKind; mediaType: string } {
  const mediaType = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase().slice(0, 120);
  if (!mediaType || !mediaType.includes("/")) return sniff(bytes);
  if (mediaType === "text/html" || mediaType === "application/xhtml+xml") return { kind: "html", mediaType };
  if (/^(application|text)\/(xml|rss)$|\+xml$/.test(mediaType) && !mediaType.startsWith("image/")) {
    return { kind: "xml", mediaType };
  }
  if (/^(application|text)\/json$|\+json$|^application\/(x-)?ndjson$/.test(mediaType)) {
    return { kind: "json", mediaType };
  }
  if (mediaType.startsWith("text/")) return { kind: "text", mediaType };
  throw new TaskError("unsupported_content", `Cannot read a page of type "${mediaType}"`);
}

function sniff(bytes: Uint8Array): { kind: ContentKind; mediaType: string } {
  const start = bytes.subarray(0, 1024);
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (!utf16 && start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) {
    throw new TaskError("unsupported_content", "Cannot read a body that has no Content-Type and is not text");
  }
  const text = new TextDecoder("latin1").decode(start).trimStart().toLowerCase();
  if (text.includes("<?xml") && !text.includes("<html")) return { kind: "xml", mediaType: "text/xml" };
  if (/<(!doctype|html|head|body|title|div|p|h1|table|script|meta)[\s>]/.test(text)) {
    return { kind: "html", mediaType: "text/html" };
  }
  return { kind: "text", mediaType: "text/plain" };
}
