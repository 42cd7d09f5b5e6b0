import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { TaskError } from "../../../src/platform/errors.ts";
import { extractPage } from "../../../src/scraping/extract/mod.ts";
import { extractFixture, extractText } from "../fixture_page.ts";

Deno.test("extractPage() decodes windows-1255 by its meta and keeps right-to-left text whole", async () => {
  const page = await extractFixture("product_he_1255.html");
  assertEquals([page.charset, page.language, page.direction], ["windows-1255", "he", "rtl"]);
  assertStringIncludes(page.markdown!, "גיטרה **אקוסטית** למתחילים, עם גוף מעץ אשוח");
  assertStringIncludes(page.markdown!, "- **צבע:** טבעי");
});

Deno.test("extractPage() chooses the charset as browsers do", () => {
  const charsetOf = (bytes: number[], contentType?: string) =>
    extractPage(new Uint8Array(bytes), { url: "https://a.example/", contentType, formats: ["text"] }).charset;
  const ascii = (text: string) => [...new TextEncoder().encode(text)];
  assertEquals(charsetOf([0xef, 0xbb, 0xbf, ...ascii("<p>x")], "text/html; charset=windows-1252"), "utf-8");
  assertEquals(
    charsetOf(ascii('<meta charset="windows-1251"><p>x'), "text/html; charset=iso-8859-8"),
    "iso-8859-8",
  );
  assertEquals(charsetOf(ascii('<meta charset="hebrew"><p>x'), "text/html"), "iso-8859-8");
  assertEquals(charsetOf(ascii('<meta charset="utf-16"><p>x'), "text/html"), "utf-8");
  assertEquals(charsetOf(ascii("<p>x"), "text/html; charset=nonsense"), "utf-8");
  assertEquals(charsetOf([...ascii("<p>caf"), 0xe9], "text/html"), "windows-1252");
  const hebrew = [
    0xf9,
    0xec,
    0xe5,
    0xed,
    0x20,
    0xf2,
    0xe5,
    0xec,
    0xed,
    0x20,
    0xee,
    0xe4,
    0x20,
    0xf7,
    0xe5,
    0xf8,
    0xe4,
  ];
  assertEquals(charsetOf([...ascii("<p>"), ...hebrew], "text/html"), "windows-1255");
});

Deno.test("extractPage() writes Markdown of an article without its furniture", async () => {
  const { markdown, product, metadata } = await extractFixture("article_en.html");
  assertStringIncludes(markdown!, "## The wall\n\nNobody had built *so far out* before, and **nobody** knew");
  assertStringIncludes(markdown!, "[the plans](https://news.example/2024/plans.html#wall)");
  assertStringIncludes(markdown!, "- Oak piles\n  - four hundred of them\n- Granite blocks");
  assertStringIncludes(markdown!, "> It will stand longer");
  assertStringIncludes(markdown!, "```sh\nmeasure --depth 12\n  | sort\n```");
  assertStringIncludes(markdown!, "![The wall (today)](https://news.example/2024/wall.jpg)");
  assert(!markdown!.includes("Subscribe") && !markdown!.includes("Copyright"));
  assertEquals(product, null);
  assertEquals(metadata?.author, "A. Writer");
  assertEquals(metadata?.published, "2024-05-01T10:00:00Z");
});

Deno.test("extractPage() keeps tables, code and definitions of a reference page", async () => {
  const { markdown } = await extractFixture("reference.html");
  assertStringIncludes(
    markdown!,
    "| Option | Meaning |\n| --- | --- |\n| `a\\|b` | first |\n| c | second<br>line |",
  );
  assertStringIncludes(markdown!, "`name`\n\nThe name of the index.");
});

const markdownCases: [string, string, string][] = [
  [
    "escapes what would be markup",
    "<p>1*2 [x] _y_ snake_case <tag &lt;b&gt; &amp;lt;",
    "1\\*2 \\[x\\] \\_y\\_ snake_case",
  ],
  ["escapes line starts", "<p># no<p>- no<p>1. no", "\\# no\n\n\\- no\n\n1\\. no"],
  ["moves spaces out of emphasis", "<p>a<b> b </b>c", "a **b** c"],
  ["numbers from start", "<ol start=3><li>x<li>y</ol>", "3. x\n4. y"],
  ["breaks lines", "<p>a<br>b<br><br>c", "a  \nb\n\nc"],
  [
    "puts a card's link on its heading",
    "<a href='/x'><div><h3>T</h3></div></a>",
    "### [T](https://site.example/x)",
  ],
  [
    "keeps link targets whole",
    "<a href='/a(b'>t</a> <a href='/a(b)'>u</a>",
    "[t](https://site.example/a%28b) [u](https://site.example/a(b))",
  ],
  ["fences ticks", "<code>a`b</code>", "``a`b``"],
  [
    "drops scripts and what is hidden",
    "<p>a<script>b</script><p hidden>c<p style='display:none'>d<p>e",
    "a\n\ne",
  ],
  ["drops script links", "<a href='javascript:alert(1)'>t</a>", "t"],
  [
    "takes lazy images",
    "<img src='data:image/gif;base64,x' data-src='/i.png' alt='I'>",
    "![I](https://site.example/i.png)",
  ],
  ["ends list items by themselves", "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "- a\n- b\n  - c\n- d"],
  ["reads a misnested mark", "<p><b>a</p><p>b</b> c</p>", "**a**"],
];
for (const [name, html, expected] of markdownCases) {
  Deno.test(`extractPage() writes Markdown that ${name}`, () =>
    assertStringIncludes(extractText(html).markdown!, expected));
}

Deno.test("extractPage() never gives empty Markdown for a page with words", () => {
  for (
    const html of [
      "just words",
      "<title>t</title>words",
      "<nav>words</nav>",
      "<form>words</form>",
      "<td>words",
    ]
  ) {
    assertStringIncludes(extractText(html).markdown!, "words");
  }
});

Deno.test("extractPage() gives links once, absolute, of the web only", () => {
  const { links } = extractText(
    `<base href="https://other.example/d/"><a href="a">A</a><a href="a#x">again</a><a href="mailto:x@y.z">m</a>
     <a href="///cdn.example/f">slashes</a><a href="http://[bad">b</a><a href="b"><img alt="B"></a>`,
  );
  assertEquals(links, [
    { url: "https://other.example/d/a", text: "A" },
    { url: "https://cdn.example/f", text: "slashes" },
    { url: "https://other.example/d/b", text: "B" },
  ]);
});

Deno.test("extractPage() refuses what is no HTML page", () => {
  for (const contentType of ["text/plain", "application/json", "image/svg+xml", "application/octet-stream"]) {
    const error = assertThrows(() => extractText("x", { contentType }), TaskError);
    assertEquals([error.code, error.retryable], ["unsupported_content", false]);
  }
});

Deno.test("extractPage() gives the same content hash when only the furniture changes", async () => {
  const bytes = await Deno.readFile(new URL("../../fixtures/pages/article_en.html", import.meta.url));
  const html = new TextDecoder().decode(bytes);
  const hash = extractText(html).content_hash;
  assertEquals(extractText(html.replace("$1.00 a week", "$2.00 a week")).content_hash, hash);
  assert(extractText(html.replace("40,000", "50,000")).content_hash !== hash);
});

const hostile: [string, string][] = [
  ["30,000 nested divs", `${"<div>".repeat(30_000)}deep`],
  ["3,000 misnested fonts", "<font size=i><p>".repeat(3000) + "deep"],
  ["50,000 attributes", `<p ${Array.from({ length: 50_000 }, (_, i) => `a${i}=1`).join(" ")}>deep`],
  ["100,000 open lists", `${"<ul><li>".repeat(100_000)}deep`],
  ["tables in tables", `${"<table><tr><td>".repeat(20_000)}deep`],
  ["nested links and marks", `${"<b><i><a href=x>".repeat(30_000)}deep`],
  ["a million brackets", `<p>${"[(*_`".repeat(200_000)}deep`],
  ["50,000 end tags that open nothing", `<div>${"</b></p></td>".repeat(50_000)}deep`],
  ["100,000 microdata items", `${"<div itemscope itemprop=a>".repeat(100_000)}deep`],
  ["one word of 3 MB", `<p>${"x".repeat(3_000_000)} deep`],
  ["100,000 breaks", `<p>${"<br>".repeat(100_000)}deep`],
];
for (const [name, html] of hostile) {
  Deno.test(`extractPage() ends soon on ${name}`, () => {
    const startedMs = performance.now();
    const page = extractText(html);
    // Seconds where a full parser takes minutes or all memory; the margin is for a busy machine.
    assertLess(performance.now() - startedMs, 20_000);
    assert(page.text!.includes("deep"));
  });
}

Deno.test("extractPage() writes a table of names and values as a list, other tables without a header with an empty one", () => {
  const { markdown } = extractText(
    "<main><table><tr><th>Colour:<td>Red | blue<tr><th>Keys<td>88<tr><th>None<td></table>" +
      "<table><tr><td>a<td>b<tr><td>c<td>d</table></main>",
  );
  assertEquals(
    markdown,
    "- **Colour:** Red \\| blue\n- **Keys:** 88\n- **None:**\n\n|  |  |\n| --- | --- |\n| a | b |\n| c | d |",
  );
});

Deno.test("extractPage() leaves headings as they are, and says an article's title once, as its title", () => {
  const words = "<p>" + "Some words, and more of them, so that this is an article. ".repeat(12) + "</p>";
  const html =
    `<article><h1>The organ</h1>${words}<h2>Its pipes</h2>${words}<h1>Its bellows</h1>${words}</article>`;
  const { markdown, title } = extractText(`<title>The organ - a shop</title>${html}`);
  assertEquals(title, "The organ - a shop");
  assert(!markdown!.includes("# The organ"));
  assertStringIncludes(markdown!, "\n## Its pipes\n");
  assertStringIncludes(markdown!, "\n# Its bellows\n");
});
