import { assertLess } from "@std/assert";
import { extractText } from "../fixture_page.ts";

const FORUM = '<meta name="generator" content="phpBB">';
const LISTING = '<body class="archive">';
const ARTICLE = '<meta property="og:type" content="article">';

/** Shapes on which looking into each element for each of those above it, or copying grown text, would take minutes. */
const pages: [string, string][] = [
  [
    "posts in posts without an author",
    FORUM + ('<div class="post">'.repeat(250) + "<b></b>".repeat(100) + "</div>".repeat(250)).repeat(200),
  ],
  [
    "entries in entries",
    LISTING + "<div><a href=/a>abcdefghij</a><a href=/b>abcdefghij</a><div></div><div></div>".repeat(40_000),
  ],
  ["pagers in pagers", LISTING + '<div class="pagination"><a href="/x">1</a>'.repeat(40_000)],
  [
    "captions without end",
    ARTICLE + `<figure>`.repeat(250) + "<img src=x>" + "<figcaption>abc</figcaption>".repeat(40_000),
  ],
  ["broken lines in a deep quotation", ARTICLE + "<blockquote>".repeat(256) + "line<br>".repeat(50_000)],
  [
    "pointers without end",
    ARTICLE + "<h3>Related</h3>".repeat(300) + "<p><a href=x>abc</a></p>".repeat(40_000),
  ],
  ["cells that span everything", `<table>${`<tr>${"<td rowspan=999 colspan=9>x".repeat(8)}`.repeat(10_000)}`],
  ["one note referred to without end", '<p><sup><a href="#a">1</a></sup>'.repeat(40_000)],
  ["prices in prices", '<div class="price">'.repeat(250) + "<i></i>".repeat(150_000)],
];
for (const [name, html] of pages) {
  Deno.test(`extractPage() ends soon on ${name}`, () => {
    const startedMs = performance.now();
    extractText(html);
    // Each takes a second or so; the margin is for a busy machine.
    assertLess(performance.now() - startedMs, 20_000);
  });
}
