import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { chunkDocument } from "../../src/search/chunking/mod.ts";
import { documentIdOf, documentOf } from "../../src/search/document_of.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import type { ScrapeResult } from "../../src/scraping/port.ts";
import { extractFixture } from "../scraping/fixture_page.ts";

function scraped(page: Partial<ScrapeResult> = {}): ScrapeResult {
  return {
    url: "https://site.example/a",
    final_url: "https://site.example/a",
    status_code: 200,
    fetched_at: "2026-01-02T03:04:05.000Z",
    from_cache: false,
    age_s: 0,
    redirects: [],
    size_bytes: 10,
    timings: { fetch_ms: 1, extract_ms: 1 },
    ...page,
  };
}

function documentIn(result: ScrapeResult): IndexDocument {
  const answer = documentOf(result);
  if (answer.kind !== "document") throw new Error(`is ${answer.kind}`);
  return answer.document;
}

Deno.test("documentOf() gives what the index carries of a page, its other addresses as aliases", () => {
  const answer = documentOf(
    scraped({
      url: "http://site.example/old",
      redirects: [
        "http://www.site.example/old",
        "https://site.example/b",
        "https://www.site.example/a?utm_source=x",
      ],
      final_url: "https://site.example/a",
      markdown: "# A\n\ntext",
      title: " A ",
      language: "en",
      kind: "article",
      content_type: "text/html",
      directives: ["nofollow"],
    }),
    { brand: "roland", tags: ["t"] },
  );
  assertEquals(answer, {
    kind: "document",
    document: {
      documentId: documentIdOf({ url: "https://site.example/a" }),
      source: "scrape",
      url: "https://site.example/a",
      aliases: ["http://site.example/old", "https://site.example/b"],
      title: "A",
      brand: "roland",
      tags: ["t"],
      language: "en",
      kind: "article",
      contentType: "text/html",
      fetchedMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      markdown: "# A\n\ntext",
    },
  });
});

Deno.test("documentOf() tells pages that are not to be found, that say nothing and that are as they were", () => {
  const documentId = documentIdOf({ url: "https://site.example/a" });
  const fetchedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  assertEquals(documentOf(scraped({ markdown: "text", directives: ["noindex"] })), {
    kind: "nothing",
    documentId,
    reason: "noindex",
  });
  for (const page of [{}, { markdown: " \n" }, { links: [] }]) {
    assertEquals(documentOf(scraped(page)), { kind: "nothing", documentId, reason: "no_text" });
  }
  assertEquals(documentOf(scraped({ not_modified: true })), { kind: "unchanged", documentId, fetchedMs });
  // A kept copy that the site vouched for has its content with it.
  assertEquals(documentIn(scraped({ not_modified: true, markdown: "text" })).markdown, "text");
  assertEquals(documentIn(scraped({ text: "plain" })).markdown, "plain");
});

Deno.test("documentOf() counts a PDF's pages by places in its Markdown", () => {
  const pages = [{ number: 1, markdown_start: 0, text_start: 0 }, {
    number: 2,
    markdown_start: 7,
    text_start: 5,
  }];
  assertEquals(documentIn(scraped({ markdown: "one\n\n\n\ntwo", pages })).pages, [
    { number: 1, start: 0 },
    { number: 2, start: 7 },
  ]);
});

Deno.test("documentIdOf() is one for all spellings of an address, and another for another page", () => {
  const id = documentIdOf({ url: "https://www.site.example/p?b=2&a=1" });
  assertMatch(id, /^doc_[0-9a-f]{24}$/);
  for (
    const url of [
      "https://site.example/p?a=1&b=2",
      "https://WWW.site.example:443/p?a=1&utm_source=news&b=2#part",
      "https://site.example/%70?a=1&b=2&fbclid=x",
    ]
  ) assertEquals(documentIdOf({ url }), id, url);
  for (
    const url of [
      "https://site.example/p",
      "https://site.example/P?a=1&b=2",
      "https://m.site.example/p?a=1&b=2",
    ]
  ) {
    assertNotEquals(documentIdOf({ url }), id, url);
  }
  // `www.example` is a name, not `www.` before one.
  assertNotEquals(documentIdOf({ url: "https://www.example/" }), documentIdOf({ url: "https://example/" }));
});

Deno.test("documentIdOf() goes by the caller's id, then the address, then the content", () => {
  const url = "https://site.example/a", content = new TextEncoder().encode("text");
  assertEquals(documentIdOf({ documentId: "x", url, content }), "x");
  assertEquals(documentIdOf({ url, content }), documentIdOf({ url }));
  assertEquals(documentIdOf({ content }), documentIdOf({ content: "text" }));
  assertNotEquals(documentIdOf({ documentId: "text" }), documentIdOf({ content }));
  assertThrows(() => documentIdOf({}), TypeError, "must be given");
});

const product = (facts: Record<string, unknown>): ScrapeResult["product"] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, { value, source: "json-ld", confidence: 1 }]),
  );

Deno.test("documentOf() puts what a product page knows and does not say into its text, under its heading", () => {
  const facts = product({
    name: "FP-30X",
    brand: "Roland",
    sku: "FP30X-BK",
    gtin: "4957054514440",
    price: "2999.00",
    currency: "ILS",
    availability: "InStock",
    specifications: [{ name: "Keys", value: "88" }, { name: "Weight", value: "14.8 kg" }],
  });
  const page = { kind: "product", title: "FP-30X | Shop", product: facts } as const;
  assertEquals(
    documentIn(
      scraped({ ...page, markdown: "# FP-30X\n\nBy roland, with 88 keys, for 2,999 shekels. SKU fp30x-bk." }),
    )
      .markdown,
    "# FP-30X\n\n- **GTIN:** 4957054514440\n- **Availability:** In stock\n- **Weight:** 14.8 kg\n\n" +
      "By roland, with 88 keys, for 2,999 shekels. SKU fp30x-bk.",
  );
  assertEquals(
    documentIn(scraped({ ...page, language: "he-IL", markdown: "פסנתר חשמלי" })).markdown,
    '- **מותג:** Roland\n- **מק"ט:** FP30X-BK\n- **ברקוד:** 4957054514440\n- **מחיר:** 2999.00 ILS\n' +
      "- **זמינות:** במלאי\n- **Keys:** 88\n- **Weight:** 14.8 kg\n\nפסנתר חשמלי",
  );
});

Deno.test("documentOf() leaves the text alone where all is said, and of pages that sell nothing", () => {
  const facts = product({ name: "FP-30X", price: "1299.9", availability: "InStock" });
  const said = "FP-30X: 1299.9, in stock";
  assertEquals(documentIn(scraped({ kind: "product", product: facts, markdown: said })).markdown, said);
  assertEquals(documentIn(scraped({ kind: "article", product: facts, markdown: "text" })).markdown, "text");
  assertEquals(documentIn(scraped({ kind: "product", product: null, markdown: "text" })).markdown, "text");
});

Deno.test("a number that only holds another is not said by it", () => {
  const facts = product({ name: "X", price: "299" });
  const { markdown } = documentIn(
    scraped({ kind: "product", product: facts, markdown: "X costs 1299, or 299.50" }),
  );
  assert(markdown.includes("- **Price:** 299\n"), markdown);
});

Deno.test("documentOf() of a real shop page can be found by its code and its price", async () => {
  const page = await extractFixture("product_he_1255.html", { contentType: "text/html" });
  const document = documentIn(scraped({ ...page }));
  const text = chunkDocument(document, { maxTokens: 400 }).map(({ text }) => text).join("\n");
  for (const word of [page.product!.sku!.value, "גיטרה"]) assert(text.includes(word), `${word} in ${text}`);
});

Deno.test("chunkDocument() of real pages gives passages within the limit that lose nothing", async () => {
  for (
    const name of [
      "article_en.html",
      "article_he.html",
      "forum_he.html",
      "listing_en.html",
      "manual.html",
      "reference.html",
    ]
  ) {
    const { markdown, title } = await extractFixture(name);
    const chunks = chunkDocument({ title, markdown: markdown! }, { maxTokens: 64 });
    const found = [title, ...chunks.flatMap(({ text, headingPath }) => [...headingPath, text])].join("\n");
    for (const { tokens } of chunks) assert(tokens <= 64);
    for (const word of markdown!.match(/[\p{L}\p{N}]+/gu) ?? []) {
      assert(found.includes(word), `${word} of ${name}`);
    }
  }
});
