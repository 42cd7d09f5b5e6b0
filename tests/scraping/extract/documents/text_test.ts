import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { assertRefused, read } from "./read.ts";

Deno.test("extractBody() sets JSON out without changing a word of it", async () => {
  const page = await read(
    '{"name":"Thing","id":12345678901234567890,"list":[1,{"a":[]}],"s":"x\\"{,"}',
    "application/json",
  );
  assertEquals(
    page.markdown,
    '```json\n{\n  "name": "Thing",\n  "id": 12345678901234567890,\n  "list": [\n    1,\n    {\n      "a": []\n    }\n' +
      '  ],\n  "s": "x\\"{,"\n}\n```',
  );
  assertEquals([page.title, page.kind, page.product, page.json], ["Thing", undefined, null, null]);
  assertEquals(
    (await read('{"a":1}\n{"a":2}\n', "application/x-ndjson")).markdown,
    '```json\n{"a":1}\n{"a":2}\n```',
  );
  assertEquals((await read('[{"a":1}]')).content_type, "application/json");
});

Deno.test("extractBody() makes a table of CSV whatever parts its cells", async () => {
  const tableOf = async (text: string, type = "text/csv", url?: string) =>
    (await read(text, type, url)).tables;
  const table = [{ headers: ["name", "price"], rows: [["Rope, long", "1,5"], ["כינור", "2|3"]] }];
  assertEquals(await tableOf('name,price\r\n"Rope, long","1,5"\r\nכינור,2|3\r\n'), table);
  assertEquals(await tableOf("name;price\nRope, long;1,5\nכינור;2|3"), table);
  assertEquals(await tableOf("name\tprice\nRope, long\t1,5\nכינור\t2|3", "text/tab-separated-values"), table);
  assertEquals(
    await tableOf("name\tprice\nRope, long\t1,5\nכינור\t2|3", "text/plain", "https://a.example/x.TSV"),
    table,
  );
  assertEquals(await tableOf("a,b\n1,2", "application/vnd.ms-excel", "https://a.example/x.csv"), [
    { headers: ["a", "b"], rows: [["1", "2"]] },
  ]);
  assertEquals(await tableOf('a,b\n"open,1\n2,3'), [{
    headers: ["a", "b"],
    rows: [['"open', "1"], ["2", "3"]],
  }]);
  const { markdown, text } = await read('a,b\n"x|y","two\nlines"', "text/csv");
  assertEquals(markdown, "| a | b |\n| --- | --- |\n| x\\|y | two<br>lines |");
  assertEquals(text, 'a,b\n"x|y","two\nlines"');
  const many = await read("a,b\n" + "1,2\n".repeat(20_000), "text/csv");
  assertEquals(many.tables![0]!.rows.length, 10_000);
});

Deno.test("extractBody() tells an RSS feed as Markdown and as links", async () => {
  const page = await read(
    `<?xml version="1.0"?><rss version="2.0" xmlns:content="c" xmlns:media="m"><channel><title>News &amp; more</title>
    <atom:link href="https://news.example/feed" rel="self"/><link>https://news.example/</link><language>he-IL</language>
    <description>What is new</description><image><title>logo</title><link>https://news.example/logo</link></image>
    <item><title>First &lt;b&gt;one&lt;/b&gt;</title><link>/1#top</link><pubDate>Tue, 02 Jan 2024 10:00:00 GMT</pubDate>
    <media:title>a picture</media:title><description>short</description>
    <content:encoded><![CDATA[<p>The <a href="/long">long</a> text</p><script>x()</script>]]></content:encoded></item>
    <item><title>שנייה</title><link>https://news.example/2</link><description>&lt;p&gt;second&lt;/p&gt;</description></item>
    </channel></rss>`,
    "application/rss+xml",
    "https://news.example/feed",
  );
  assertEquals(
    page.markdown,
    "# News & more\n\nWhat is new\n\n## [First one](https://news.example/1#top)\n\n2024-01-02T10:00:00.000Z\n\n" +
      "The [long](https://news.example/long) text\n\n## [שנייה](https://news.example/2)\n\nsecond",
  );
  assertEquals(page.links, [
    { url: "https://news.example/1", text: "First one" },
    { url: "https://news.example/2", text: "שנייה" },
  ]);
  assertEquals([page.title, page.language, page.kind], ["News & more", "he-IL", undefined]);
  assertEquals(page.metadata!.home, "https://news.example/");
});

Deno.test("extractBody() tells an Atom feed, its XHTML put together again", async () => {
  const page = await read(
    `<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><link rel="self" href="/feed"/><link href="/"/>
    <updated>2024-01-01T00:00:00Z</updated><entry><title type="html">One</title><link rel="edit" href="/edit"/>
    <link rel="alternate" href="/one"/><published>2024-01-01T00:00:00Z</published><summary>s</summary>
    <content type="xhtml"><div><p>x &lt; y <em>z</em></p></div></content></entry></feed>`,
    "text/xml",
    "https://a.example/feed",
  );
  assertStringIncludes(
    page.markdown!,
    "## [One](https://a.example/one)\n\n2024-01-01T00:00:00.000Z\n\nx < y *z*",
  );
  assertEquals(page.links, [{ url: "https://a.example/one", text: "One" }]);
});

Deno.test("extractBody() passes other XML and plain text on", async () => {
  const xml = "<?xml version='1.0'?><!-- a <rss> --><config><a>```</a></config>";
  assertEquals((await read(xml, "application/xml")).markdown, "````xml\n" + xml + "\n````");
  const text = await read("\ufeffplain\r\n<b> words", "text/plain");
  assertEquals([text.markdown, text.raw_html, text.title], [
    "plain\n<b> words",
    "plain\r\n<b> words",
    undefined,
  ]);
  assertEquals((await read("# A title\n\nwords", "text/markdown")).title, "A title");
  assertEquals((await read("שלום לכל העולם", "text/plain")).direction, "rtl");
});

Deno.test("extractBody() gives only the formats that are asked for", async () => {
  const { extractBody } = await import("../../../../src/scraping/extract/mod.ts");
  const page = await extractBody(new TextEncoder().encode("a,b\n1,2"), {
    url: "https://a.example/",
    contentType: "text/csv",
    formats: ["tables"],
  });
  assertEquals(Object.keys(page).sort(), ["charset", "content_hash", "content_type", "direction", "tables"]);
});

const ENDLESS: Record<string, [string, string]> = {
  "JSON nested beyond every stack": ["application/json", "[".repeat(1_000_000)],
  "JSON nested and closed": ["application/json", "[".repeat(4000) + "]".repeat(4000)],
  "one JSON string": ["application/json", '"\\'.repeat(1_000_001)],
  "commas only": ["text/csv", ",".repeat(3_000_000)],
  "quotes only": ["text/csv", '"'.repeat(3_000_001)],
  "quotes inside cells": ["text/csv", 'a"b,"'.repeat(600_000)],
  "entries inside entries": ["text/xml", "<rss>" + "<item><title>x</title>".repeat(200_000)],
  "tags without end": ["text/xml", "<feed><entry><content type='xhtml'>" + "<a>".repeat(500_000)],
  "comments without end": ["text/xml", "<!--".repeat(1_000_000)],
  "references": ["text/xml", "<rss><title>" + "&amp".repeat(1_000_000)],
  "nested markup in a summary": ["text/xml", "<rss><item><description>" + "&lt;div&gt;".repeat(200_000)],
};
for (const [name, [type, body]] of Object.entries(ENDLESS)) {
  Deno.test(`extractBody() ends soon on ${name}, and what it gives is bounded`, async () => {
    const began = performance.now();
    const { markdown } = await read(body, type);
    assertLess(performance.now() - began, 8000);
    assert(markdown!.length <= 4_000_000);
  });
}

Deno.test("extractBody() says what it cannot read", async () => {
  await assertRefused(() => read("x", "video/mp4"), "unsupported_content", /"video\/mp4"/);
  await assertRefused(
    () => read("PK\x03\x04 and so on", "text/html"),
    "unsupported_content",
    /"application\/zip"/,
  );
});
