import { assertEquals } from "@std/assert";
import { extractText } from "../fixture_page.ts";

const LINKS = `<ul>${
  Array.from({ length: 6 }, (_, i) => `<li><h3><a href="/item-${i}">Item number ${i}</a></h3></li>`).join("")
}</ul>`;

Deno.test("canonical_url is what the page calls its own, absolute, and of the web", () => {
  const canonical = (href: string) => extractText(`<link rel="canonical" href="${href}"><p>x`).canonical_url;
  assertEquals(canonical("/own"), "https://site.example/own");
  assertEquals(canonical("javascript:alert(1)"), undefined);
  assertEquals(extractText("<p>x").canonical_url, undefined);
});

const refreshes: [string, string | undefined][] = [
  ["0;url=/next", "https://site.example/next"],
  ["5; URL='https://other.example/a;b'", "https://other.example/a;b"],
  ['3 , url="x"', "https://site.example/dir/x"],
  ["0; /bare", "https://site.example/bare"],
  ["30", undefined],
  ["0; url=javascript:alert(1)", undefined],
  ["soon", undefined],
];
for (const [content, expected] of refreshes) {
  Deno.test(`refresh_url of ${content}`, () => {
    const html = `<meta http-equiv="Refresh" content="${content.replaceAll('"', "&quot;")}"><p>x`;
    assertEquals(extractText(html).refresh_url, expected);
  });
}

Deno.test("refresh_url is not what only visitors without scripts are sent to", () => {
  const html = `<noscript><meta http-equiv="refresh" content="0;url=/noscript"></noscript><p>x`;
  assertEquals(extractText(html).refresh_url, undefined);
});

Deno.test("directives are what robots and this service are asked", () => {
  const directives = (metas: string) => extractText(`${metas}<p>x`).directives;
  assertEquals(directives('<meta name="ROBOTS" content="NOINDEX, follow">'), ["noindex"]);
  assertEquals(directives('<meta name="robots" content="none">'), ["noindex", "nofollow"]);
  assertEquals(directives('<meta name="tuttibot" content="nofollow">'), ["nofollow"]);
  assertEquals(
    directives('<meta name="otherbot" content="noindex"><meta name="robots" content="index,max-snippet:-1">'),
    undefined,
  );
});

const pagers: [string, string, string | undefined][] = [
  ["rel=next in the head", `<link rel="next" href="?page=2">`, "https://site.example/dir/page?page=2"],
  [
    "rel=next on a link",
    `<a rel="nofollow next" href="?page=2">more</a>`,
    "https://site.example/dir/page?page=2",
  ],
  [
    "a word in a pager",
    `<nav class="pagination"><a href="?page=2">Next page »</a></nav>`,
    "https://site.example/dir/page?page=2",
  ],
  [
    "a Hebrew word in a pager",
    `<div class="paging"><a href="?p=2">לעמוד הבא</a></div>`,
    "https://site.example/dir/page?p=2",
  ],
  [
    "an arrow with a label",
    `<div class="pager"><a href="?p=0" aria-label="Previous">‹</a><a href="?p=2" aria-label="Next">›</a></div>`,
    "https://site.example/dir/page?p=2",
  ],
  [
    "the number after the current one",
    `<div class="page-numbers"><a href="?p=1">1</a><b class="current">2</b><a href="?p=3">3</a></div>`,
    "https://site.example/dir/page?p=3",
  ],
  ["no word outside a pager", `<p><a href="?page=2">Next</a></p>`, undefined],
  [
    "no disabled link",
    `<div class="pager"><a class="next disabled" href="?page=2">Next</a></div>`,
    undefined,
  ],
  [
    "no other site",
    `<div class="pager"><a class="next" href="https://other.example/2">Next</a></div>`,
    undefined,
  ],
  ["not the page itself", `<div class="pager"><a class="next" href="page#top">Next</a></div>`, undefined],
];
for (const [name, html, expected] of pagers) {
  Deno.test(`next_url: ${name}`, () => assertEquals(extractText(`${html}${LINKS}`).next_url, expected));
}

Deno.test("next_url is not an article's link to another article", () => {
  const words = "<p>" + "Some words, and more of them, so that this is an article. ".repeat(14) + "</p>";
  const html = `<meta property="og:type" content="article">${words}<a rel="next" href="/other">Another</a>`;
  assertEquals(extractText(html).next_url, undefined);
});
