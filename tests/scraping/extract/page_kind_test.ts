import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { extractFixture, extractText } from "../fixture_page.ts";

Deno.test("a discussion is its contributions in order, each under its author", async () => {
  const page = await extractFixture("forum_he.html", { url: "https://forum.example/viewtopic.php?t=7" });
  assertEquals([page.kind, page.direction], ["forum", "rtl"]);
  assertEquals(
    page.markdown,
    "# בעיה בכרטיס קול\n\n**דנה**, 1 במרץ 2024\n\n" +
      "שלום, כרטיס Focusrite Scarlett 2i2 שלי לא מזוהה ב-Windows 11. ניסיתי 3 כבלים.\n\n* * *\n\n" +
      "**יואב**, 1 במרץ 2024, 11:00\n\n> לא מזוהה ב-Windows 11\n\nצריך להתקין דרייבר בגרסה 4.119 ומעלה.\n\n* * *\n\n" +
      "**דנה**\n\nעובד! תודה.",
  );
});

Deno.test("answers inside answers are contributions of their own", () => {
  const { kind, text } = extractText(`<h1>Why</h1><div itemscope itemtype="https://schema.org/QAPage">
    <div itemscope itemtype="https://schema.org/Question"><span class="username">Ann</span><div itemprop="text">Why is it so?</div></div>
    <div itemscope itemtype="https://schema.org/Answer"><span class="username">Ben</span><div itemprop="text">Because.</div>
      <div itemscope itemtype="https://schema.org/Comment"><span class="username">Cy</span><div itemprop="text">Indeed.</div></div>
    </div></div>`);
  assertEquals(kind, "forum");
  assertEquals(text, "Why\nAnn\nWhy is it so?\nBen\nBecause.\nCy\nIndeed.");
});

Deno.test("a listing is its entries, its menus left out, and names its next page", async () => {
  const page = await extractFixture("listing_en.html", { url: "https://shop.example/amps?page=2" });
  assertEquals([page.kind, page.next_url], ["listing", "https://shop.example/amps?page=3"]);
  assertEquals(
    page.markdown,
    "# Amplifiers\n\n### [Amp Ten](https://shop.example/amp-10)\n\nTen watts and a spring reverb. $199\n\n" +
      "### [Amp Twenty](https://shop.example/amp-20)\n\nTwenty watts for small rooms. $299\n\n" +
      "### [Amp Thirty](https://shop.example/amp-30)\n\nThirty watts, two speakers. $399",
  );
});

Deno.test("an answer without a name does not take that of its comment", () => {
  const { markdown } = extractText(`<div itemscope itemtype="https://schema.org/QAPage">
    <div itemscope itemtype="https://schema.org/Answer"><div itemprop="text">Because.</div>
      <div itemscope itemtype="https://schema.org/Comment"><span class="username">Cy</span><div itemprop="text">Indeed.</div></div>
    </div></div>`);
  assertEquals(markdown, "Because.\n\n* * *\n\n**Cy**\n\nIndeed.");
});

Deno.test("a listing has no entries made of menus", () => {
  const column = `<div class="column"><h4><a href="/help">Help of every kind</a></h4>${
    Array.from({ length: 6 }, (_, i) => `<a href="/help/${i}">Help with number ${i}</a> `).join("")
  }</div>`;
  const entry = (i: number) =>
    `<div class="card"><h3><a href="/p/${i}">Place ${i}</a></h3><p>What it is like there.</p></div>`;
  const { text } = extractText(
    `<body class="category"><div>${column.repeat(4)}</div><div>${[1, 2, 3, 4].map(entry).join("")}</div>`,
  );
  assertEquals(text!.split("\n").slice(0, 2), ["Place 1", "What it is like there."]);
  assert(!text!.includes("Help"));
});

Deno.test("a manual's page keeps code, boxes, tables, lists of links and notes, and loses its navigation", async () => {
  const { kind, markdown, next_url } = await extractFixture("manual.html");
  assertEquals([kind, next_url], ["documentation", undefined]);
  for (
    const part of [
      "# measure run\n",
      "```console\n$ measure run --depth 12.5\nok\n```",
      "> **Warning**\n>\n> Never run it twice at once.",
      "| `--depth` | 10 | 12 |\n|  | none \\| all |  |",
      "- [measure stop](",
      "How deep it is[^1], up to 10^6 mm.",
      "[^1]: Measured at noon.",
    ]
  ) assertStringIncludes(markdown!, part);
  assert(!/Start here|previous|¶|↩/.test(markdown!));
});

Deno.test("a product's page keeps its description and its specifications", async () => {
  const { kind, markdown } = await extractFixture("product_he_1255.html");
  assertEquals(kind, "product");
  assertStringIncludes(markdown!, "- **צבע:** טבעי");
});

const kinds: [string, string, string][] = [
  [
    "JSON-LD",
    "product",
    `<script type="application/ld+json">{"@type":["Product","Thing"],"name":"x"}</script><p>x`,
  ],
  [
    "JSON-LD of an article",
    "article",
    `<script type="application/ld+json">{"@type":"NewsArticle"}</script><p>x`,
  ],
  ["OpenGraph", "product", `<meta property="og:type" content="product"><p>x`],
  ["a generator", "documentation", `<meta name="generator" content="Docusaurus v3"><p>x`],
  ["a generator of discussions", "forum", `<meta name="generator" content="Discourse 3.1"><p>x`],
  ["microdata", "article", `<div itemscope itemtype="http://schema.org/BlogPosting"><p>x</div>`],
  [
    "many products",
    "listing",
    `<ul>${"<li itemscope itemtype='https://schema.org/Product'>x".repeat(9)}</ul>`,
  ],
  [
    "a shop's button beside a price",
    "product",
    `<span class="price">$12</span><button class="add-to-cart">Add</button>`,
  ],
  ["nothing", "other", "<p>Hello."],
];
for (const [from, kind, html] of kinds) {
  Deno.test(`kind is told by ${from}: ${kind}`, () => assertEquals(extractText(html).kind, kind));
}

Deno.test("kind of a short notice among big menus is no listing", () => {
  const menu = `<ul>${'<li><a href="/a">A place of this town</a>'.repeat(60)}</ul>`;
  const words = "The office is closed on Friday because the lift is being repaired by the firm. ".repeat(4);
  const { kind, text } = extractText(
    `<div class="menu">${menu}</div><div><br><b>Closed</b><br>${words}</div>`,
  );
  assertEquals(kind, "other");
  assertStringIncludes(text!, "lift is being repaired");
});
