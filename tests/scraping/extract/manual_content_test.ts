import { assert, assertEquals } from "@std/assert";
import { extractPage } from "../../../src/scraping/extract/mod.ts";

const words = (about: string) => `<p>${`What the manual says about ${about}. `.repeat(12)}</p>`;

function markdownOf(body: string, head = '<meta name="generator" content="DocBook XSL Stylesheets">') {
  const html = `<html><head><title>9.4 Strings</title>${head}</head><body>${body}</body></html>`;
  const page = extractPage(new TextEncoder().encode(html), {
    url: "https://docs.example/strings.html",
    contentType: "text/html",
    formats: ["markdown"],
  });
  return { kind: page.kind, markdown: page.markdown! };
}

const SECTIONS = `<div class="sect1"><h2>9.4 Strings</h2>${words("strings")}
  <div class="sect2"><h3>Case</h3>${words("case")}<pre>lower('A')</pre></div>
  <div class="sect2"><h3>Length</h3><table><tr><th>Name</th><th>Gives</th></tr><tr><td>length</td><td>characters</td></tr></table></div>
  <dl><dt>octet</dt><dd>Eight bits.</dd></dl></div>`;

Deno.test("a manual's page keeps all its sections, tables and definitions, and what leads through it goes", () => {
  const { kind, markdown } = markdownOf(
    `<div class="navheader"><a href="a">Prev</a> Chapter 9 <a href="b">Next</a></div>${SECTIONS}
     <div class="wy-nav-side"><a href="c">Other chapter</a></div><ul class="breadcrumbs"><li>Docs home</li></ul>
     <aside class="note"><p>Mind the collation, see <a href="d">there</a>.</p></aside>
     <aside><a href="e">On this page</a> <a href="f">Top</a></aside>`,
  );
  assertEquals(kind, "documentation");
  for (
    const there of [
      "## 9.4 Strings",
      "about strings",
      "### Case",
      "lower('A')",
      "| length",
      "octet",
      "Eight bits",
      "Mind the collation",
    ]
  ) {
    assert(markdown.includes(there), there);
  }
  for (const gone of ["Chapter 9", "Other chapter", "Docs home", "On this page"]) {
    assert(!markdown.includes(gone), gone);
  }
});

Deno.test("a part with most of a manual's words is content, whatever its class says", () => {
  const { markdown } = markdownOf(
    `<div class="page-with-sidebar">${SECTIONS}</div><p>Set in plain words.</p>`,
  );
  assert(markdown.includes("about case") && markdown.includes("about strings"));
});

Deno.test("an article's headline is its title; one that the title does not say, and those of other kinds, begin the text", () => {
  const body = (h1: string) => `<article><h1>${h1}</h1>${words("trumpets")}${words("valves")}</article>`;
  assertEquals(markdownOf(body("9.4 Strings"), "").markdown.includes("# 9.4"), false);
  assert(markdownOf(body("Of brass"), "").markdown.startsWith("# Of brass\n"));
  assert(markdownOf(`<h1>9.4 Strings</h1>${words("strings")}`).markdown.startsWith("# 9.4 Strings\n"));
});
