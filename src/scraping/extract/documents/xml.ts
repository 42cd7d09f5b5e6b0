import type { ExtractedPage } from "../../../sandbox/port.ts";
import { localName } from "../xml_scanner.ts";
import { documentPage } from "./document_page.ts";
import { type DocumentText, fenced } from "./document_text.ts";
import { extractFeed } from "./feed.ts";

const FEEDS: ReadonlySet<string> = new Set(["rss", "feed", "rdf"]);

/** A feed as what it tells; any other XML as it is. */
export function extractXml(source: DocumentText): ExtractedPage {
  const { text, charset, mediaType, request } = source;
  if (FEEDS.has(rootName(text))) return extractFeed(source);
  const body = text.replace(/\r\n?/g, "\n");
  return documentPage(
    { mediaType, charset, markdown: fenced(body, "xml"), text: body, source: text },
    request,
  );
}

/** After declarations and comments, which may be long. */
function rootName(text: string): string {
  for (let at = 0; at < text.length;) {
    const angle = text.indexOf("<", at);
    if (angle < 0) return "";
    const comment = text.startsWith("<!--", angle);
    if (!comment && !/[!?]/.test(text[angle + 1] ?? "")) {
      return localName(/^[^\s/>]{1,100}/.exec(text.slice(angle + 1, angle + 102))?.[0] ?? "");
    }
    const end = text.indexOf(comment ? "-->" : ">", angle);
    if (end < 0) return "";
    at = end + 1;
  }
  return "";
}
