import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { TaskError } from "../../../src/platform/errors.ts";
import { parseSitemap } from "../../../src/scraping/extract/sitemap.ts";

const read = (body: string | Uint8Array, maxEntries = 100) =>
  parseSitemap(typeof body === "string" ? new TextEncoder().encode(body) : body, { maxEntries });
const urls = async (body: string | Uint8Array) => (await read(body)).entries.map(({ url }) => url);

Deno.test("parseSitemap() reads addresses and dates of a sitemap, and nothing of its pictures and translations", async () => {
  const sitemap = await read(
    `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE urlset [<!ENTITY x "&lt;loc>y">]>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i" xmlns:xhtml="h">
    <url><loc> https://a.example/?x=1&amp;y=&#x5d0;
    </loc><lastmod>2024-01-02</lastmod><image:image><image:loc>https://a.example/i.png</image:loc></image:image>
    <xhtml:link rel="alternate" hreflang="fr" href="https://a.example/fr"/></url>
    <!-- <url><loc>https://a.example/hidden</loc></url> -->
    <url><image:image><image:loc>https://a.example/i.png</image:loc></image:image>
    <lastmod>yesterday</lastmod><loc><![CDATA[https://a.example/b?c&d]]></loc></url>
    <url><loc>/relative</loc></url><url><loc>javascript:alert(1)</loc></url><url><loc>&x;</loc></url></urlset>`,
  );
  assertEquals(sitemap, {
    kind: "pages",
    entries: [
      { url: "https://a.example/?x=1&y=%D7%90", lastmod: "2024-01-02" },
      { url: "https://a.example/b?c&d" },
    ],
    truncated: false,
  });
});

Deno.test("parseSitemap() reads an index, with a prefix of its own too", async () => {
  const { kind, entries } = await read(
    `<s:sitemapindex xmlns:s="x"><s:sitemap><s:loc>https://a.example/1.xml.gz</s:loc>` +
      `<s:lastmod>2024-01-01T00:00:00+02:00</s:lastmod></s:sitemap></s:sitemapindex>`,
  );
  assertEquals(kind, "index");
  assertEquals(entries, [{ url: "https://a.example/1.xml.gz", lastmod: "2024-01-01T00:00:00+02:00" }]);
});

Deno.test("parseSitemap() reads lists and feeds", async () => {
  assertEquals(await urls("\ufeffhttps://a.example/1\r\nnothing\nhttps://a.example/2"), [
    "https://a.example/1",
    "https://a.example/2",
  ]);
  const rss = await read(
    "<rss><channel><link>https://a.example/</link><item><atom:link href='https://a.example/self' rel='self'/>" +
      "<link>https://a.example/1</link><pubDate>Tue, 02 Jan 2024 10:00:00 GMT</pubDate></item></channel></rss>",
  );
  assertEquals(rss.entries, [{ url: "https://a.example/1", lastmod: "2024-01-02T10:00:00.000Z" }]);
  assertEquals(
    await urls(
      "<feed><link href='https://a.example/'/><entry><link rel='edit' href='https://a.example/edit'/>" +
        "<link href='https://a.example/1'/></entry></feed>",
    ),
    ["https://a.example/1"],
  );
});

Deno.test("parseSitemap() reads gzip by its first bytes, and of a torn file what is there", async () => {
  const big = `<urlset>${
    Array.from({ length: 20_000 }, (_, i) => `<url><loc>https://a.example/${i * 7919}</loc></url>`).join("")
  }</urlset>`;
  const packed = gzipSync(big);
  const whole = await read(packed, 100_000);
  assertEquals([whole.entries.length, whole.truncated], [20_000, false]);
  const torn = await read(packed.subarray(0, packed.length >> 1), 100_000);
  assert(torn.entries.length > 1000 && torn.entries.length < 20_000);
  assertEquals(torn.truncated, true);
  const some = await read(packed, 10);
  assertEquals([some.entries.length, some.truncated], [10, true]);
  assertEquals((await read(packed, 20_000)).truncated, false);
});

Deno.test("parseSitemap() reads 64 MiB of a file and no more", async () => {
  const entry = (path: string) => `<url><loc>https://a.example/${path}</loc></url>`;
  const packed = gzipSync(`<urlset>${entry("near")}${" ".repeat(70_000_000)}${entry("far")}</urlset>`);
  assertEquals(await read(packed), {
    kind: "pages",
    entries: [{ url: "https://a.example/near" }],
    truncated: true,
  });
});

Deno.test("parseSitemap() reads UTF-16 and what its XML declaration names", async () => {
  const text = "<urlset><url><loc>https://a.example/שלום</loc></url></urlset>";
  const wide = new Uint8Array(
    [...`\ufeff${text}`].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]),
  );
  assertEquals(await urls(wide), ["https://a.example/%D7%A9%D7%9C%D7%95%D7%9D"]);
  const narrow = Uint8Array.from(
    `<?xml version="1.0" encoding="windows-1255"?>${text}`,
    (c) => c >= "א" ? c.charCodeAt(0) - 0x5d0 + 0xe0 : c.charCodeAt(0),
  );
  assertEquals(await urls(narrow), ["https://a.example/%D7%A9%D7%9C%D7%95%D7%9D"]);
});

Deno.test("parseSitemap() refuses what is none", async () => {
  for (
    const body of [
      "",
      "  \n",
      "no addresses here",
      "<html><body>not found",
      "<a><url><loc>https://a.example/</loc></url></a>",
    ]
  ) {
    const error = await assertRejects(() => read(body), TaskError);
    assertEquals(error.code, "unsupported_content");
  }
});

const HOSTILE: Record<string, () => string | Uint8Array> = {
  "a gzip bomb": () => gzipSync(new Uint8Array(300_000_000).fill(32)),
  "nesting": () => "<urlset>" + "<a>".repeat(3_000_000),
  "one endless address": () => "<urlset><url><loc>" + "x".repeat(10_000_000),
  "quotes that open": () => "<urlset>" + '<a "'.repeat(3_000_000),
  "an endless attribute": () => '<urlset a="' + "<".repeat(5_000_000),
  "comments": () => "<urlset>" + "<!--".repeat(3_000_000),
  "sections": () => "<urlset>" + "<![CDATA[".repeat(1_000_000),
  "declarations": () => "<urlset>" + "<!".repeat(5_000_000),
  "references": () => "<urlset>" + "&".repeat(5_000_000),
  "an entity bomb": () =>
    `<!DOCTYPE x [${'<!ENTITY a "&b;&b;">'.repeat(100_000)}]><urlset><url><loc>${"&a;".repeat(1_000_000)}`,
  "short lines": () => "h\n".repeat(3_000_000),
};
for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`parseSitemap() ends soon on ${name}`, async () => {
    const body = make();
    const began = performance.now();
    await read(body).catch((error) => assertEquals(error.code, "unsupported_content"));
    assertLess(performance.now() - began, 8000);
  });
}
