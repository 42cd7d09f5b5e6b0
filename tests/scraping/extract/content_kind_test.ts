import { assertEquals } from "@std/assert";
import { TaskError } from "../../../src/platform/errors.ts";
import { contentKind } from "../../../src/scraping/extract/content_kind.ts";

const HTML = "\n<!DOCTYPE html><html><body>x";
const cases: [string, string, string | undefined, string][] = [
  ["a PDF called HTML", "%PDF-1.7\n", "text/html", "pdf application/pdf"],
  ["a PDF after white space", "\r\n%PDF-1.7\n", "application/octet-stream", "pdf application/pdf"],
  ["a page called PDF", HTML, "application/pdf", "html text/html"],
  ["a page called plain text", HTML, "text/plain", "html text/html"],
  ["a page called JSON", HTML, "application/json", "html text/html"],
  ["a page called by nothing", HTML, undefined, "html text/html"],
  ["a page called by a type that says nothing", HTML, "application/octet-stream", "html text/html"],
  ["a page as a fragment", "<p>words", "", "html text/html"],
  ["XHTML as XML", '<?xml version="1.0"?><html xmlns="x"><p>', "application/xml", "html application/xml"],
  [
    "XML that speaks of HTML",
    "<?xml version='1.0'?><rss><title>&lt;html></title>",
    "application/xml",
    "xml application/xml",
  ],
  ["text with tags in it", "see <b>this</b>", "text/plain", "text text/plain"],
  ["text with NULs that is UTF-16", "a\0b\0", "text/plain; charset=utf-16le", "text text/plain"],
  ["a feed by its root", "<rss version='2'>", undefined, "xml text/xml"],
  ["JSON by its first character", '{"a":1}', "", "json application/json"],
  ["JSON of a vendor", "x", "application/ld+json; charset=utf-8", "json application/ld+json"],
  ["CSV", "a,b", "text/csv", "csv text/csv"],
  ["YAML", "a: b", "application/x-yaml", "text application/x-yaml"],
  ["nothing at all", "", undefined, "text text/plain"],
  ["a picture called a page", "\x89PNG\r\n\x1a\n", "text/html", "refused image/png"],
  ["a picture by its name", "<svg>", "image/svg+xml", "refused image/svg+xml"],
  ["an archive", "PK\x03\x04", "application/octet-stream", "refused application/zip"],
  ["gzip nobody named", "\x1f\x8b\x08", "text/plain", "refused application/gzip"],
  ["binary called text", "a\0\x01", "text/plain", "refused text/plain, but binary"],
  ["binary called nothing", "a\0\x01", "application/octet-stream", "refused application/octet-stream"],
  ["a film", "\0\0\0\x18ftypmp42", "application/octet-stream", "refused video/mp4"],
  ["an office document", "x", "application/msword", "refused application/msword"],
];
for (const [name, body, contentType, expected] of cases) {
  Deno.test(`contentKind() tells ${name}: ${expected}`, () => {
    const bytes = Uint8Array.from(body, (char) => char.charCodeAt(0));
    let found: string;
    try {
      const { kind, mediaType } = contentKind(bytes, contentType);
      found = `${kind} ${mediaType}`;
    } catch (error) {
      if (!(error instanceof TaskError) || error.code !== "unsupported_content") throw error;
      found = `refused ${/type "(.*)"$/.exec(error.message)?.[1]}`;
    }
    assertEquals(found, expected);
  });
}
