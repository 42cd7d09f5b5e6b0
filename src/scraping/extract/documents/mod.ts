import type { ExtractedPage, ExtractRequest } from "../../../sandbox/port.ts";
import { decodeText } from "../charset.ts";
import type { ContentKind } from "../content_kind.ts";

export interface DocumentRequest {
  kind: Exclude<ContentKind, "html">;
  mediaType: string;
  request: ExtractRequest;
}

/**
 * A body that is no HTML page: PDF, JSON, CSV, a feed, other XML, plain text. What reads each kind is loaded when the
 * first of it comes, so that a child that only sees pages does not pay for it.
 *
 * @throws {TaskError} unsupported_content, too_large
 */
export async function extractDocument(
  bytes: Uint8Array,
  { kind, mediaType, request }: DocumentRequest,
): Promise<ExtractedPage> {
  if (kind === "pdf") return await (await import("./pdf/mod.ts")).extractPdf(bytes, { mediaType, request });
  const { text, charset } = decodeText(bytes, request.contentType, kind === "xml");
  const source = { text, charset, mediaType, request };
  switch (kind) {
    case "json":
      return (await import("./json.ts")).extractJson(source);
    case "csv":
      return (await import("./csv.ts")).extractCsv(source);
    case "xml":
      return (await import("./xml.ts")).extractXml(source);
    case "text":
      return isTableAddress(request.url)
        ? (await import("./csv.ts")).extractCsv(source)
        : (await import("./plain.ts")).extractPlain(source);
  }
}

/** Many servers give a CSV as plain text. */
function isTableAddress(url: string): boolean {
  return /\.(csv|tsv|tab)$/i.test(URL.parse(url)?.pathname ?? "");
}
