import { type HostileCase, MAY_BE_READ, packed } from "./hostile_case.ts";
import { page } from "./raw_site.ts";

/** A PDF of these objects, without a table of them: readers then look for objects themselves. */
function pdf(objects: string[]): string {
  return `%PDF-1.7\n${objects.map((body, i) => `${i + 1} 0 obj\n${body}\nendobj\n`).join("")}` +
    "trailer << /Root 1 0 R /Size 99 >>\n%%EOF\n";
}

/** Documents that are bombs for their readers. */
export async function hostileDocuments(): Promise<HostileCase[]> {
  const binary = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const bomb = binary(await packed("deflate", 200 * 1024 * 1024));
  const catalog = "<< /Type /Catalog /Pages 2 0 R >>";
  const onePage = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
  const text = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>";
  const pdfs: Record<string, string> = {
    "arrays 100,000 deep": pdf([
      `<< /Type /Catalog /Pages 2 0 R /X ${"[".repeat(100_000)} >>`,
      onePage,
      text,
    ]),
    "dictionaries 50,000 deep": pdf([
      `<< /Type /Catalog /Pages 2 0 R /X ${"<</X ".repeat(50_000)} >>`,
      onePage,
      text,
    ]),
    "a stream of 200 MB": pdf([
      catalog,
      onePage,
      text,
      `<< /Length ${bomb.length} /Filter /FlateDecode >>\nstream\n${bomb}\nendstream`,
    ]),
    "a tree of pages that is its own child": pdf([
      catalog,
      "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>",
    ]),
    "a million pages in one": pdf([
      catalog,
      `<< /Type /Pages /Kids [${"3 0 R ".repeat(200_000)}] /Count 1000000 >>`,
      text,
      "<< /Length 0 >>\nstream\n\nendstream",
    ]),
    "a root that is not there": pdf(["<< /Type /Catalog /Pages 77 0 R >>"]),
    "a length that points to itself": pdf([
      catalog,
      onePage,
      text,
      "<< /Length 4 0 R >>\nstream\nx\nendstream",
    ]),
    "a table that is its own predecessor":
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Size 1 /Prev 9 >>\nstartxref\n9\n%%EOF`,
    "nothing but a head": "%PDF-1.7\n",
  };
  const latin1 = (body: string) => Uint8Array.from(body, (char) => char.charCodeAt(0));
  const laughs = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">${
    Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join("")
  }]><rss><channel><title>&a30;</title></channel></rss>`;
  const others: [string, string, string][] = [
    ["XML entities in entities", laughs, "application/xml"],
    [
      "one large XML entity many times",
      `<!DOCTYPE x [<!ENTITY a "${"a".repeat(50_000)}">]><x>${"&a;".repeat(50_000)}</x>`,
      "application/rss+xml",
    ],
    [
      "an XML file from outside",
      `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><title>&a;</title></channel></rss>`,
      "application/xml",
    ],
    ["XML 200,000 deep", "<x>".repeat(200_000), "text/xml"],
    [
      "an XHTML page of nested entities",
      `<!DOCTYPE html [<!ENTITY a "b">]><html>${"&a;".repeat(1_000_000)}`,
      "application/xhtml+xml",
    ],
    ["JSON 1,000,000 deep", "[".repeat(1_000_000), "application/json"],
    [
      "JSON of 1,000,000 keys",
      `{${Array.from({ length: 500_000 }, (_, i) => `"k${i}":1`).join()}}`,
      "application/json",
    ],
    ["CSV of 1,000,000 columns", ",".repeat(1_000_000), "text/csv"],
    ["CSV of an open quote", `"${"a\n".repeat(2_000_000)}`, "text/csv"],
    ["a text of 9 MB of line ends", "\n".repeat(9_000_000), "text/plain"],
  ];
  return [
    ...Object.entries(pdfs).map(([name, body]) => ({
      name: `PDF: ${name}`,
      reply: page(latin1(body), "content-type: application/pdf"),
      outcomes: [...MAY_BE_READ, "unsupported_content"],
      options: { formats: ["markdown", "text"] },
    })),
    ...others.map(([name, body, type]) => ({
      name,
      reply: page(body, `content-type: ${type}`),
      outcomes: [...MAY_BE_READ, "unsupported_content"],
      options: { formats: ["markdown", "text", "links", "tables", "metadata"] },
    })),
  ];
}

/** What a caller may ask to be read, on a page made for it. */
export function hostileSelectors(): HostileCase[] {
  const page60k = page(
    `<!doctype html><body>${"<div class=a><p>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab</p></div>".repeat(20_000)}`,
  );
  const field = (name: string, read: Record<string, unknown>): HostileCase => ({
    name,
    reply: page60k,
    outcomes: [...MAY_BE_READ, "invalid_input"],
    options: { formats: ["json"], fields: { x: { many: true, ...read } } },
  });
  return [
    field("a pattern that backtracks for ever", { selector: "p", pattern: "^(a+)+$" }),
    field("a pattern that backtracks for longer", { selector: "body", pattern: "(.*a){25}c" }),
    field("siblings of siblings", { selector: "div ~ div ~ div ~ div ~ div ~ p" }),
    field("has in has", { selector: "div:has(~ div:has(~ div:has(~ div:has(p))))" }),
    field("descendants of anything", { selector: `${"* ".repeat(400)}x` }),
    field("not in not", { selector: `:not(${"div ".repeat(150)}p)` }),
    field("the last child of a type, counted anew", { selector: "div:nth-last-child(odd of :has(p))" }),
    field("no selector", { selector: "p[[[" }),
  ];
}
