import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { extractText } from "../fixture_page.ts";

const markdown = (html: string) => extractText(`<main>${html}</main>`).markdown!;

const cases: [string, string, string][] = [
  [
    "a link's text cannot end its link",
    `<a href="/x">a](http://evil.example/) [b</a>`,
    "[a\\](http://evil.example/) \\[b](https://site.example/x)",
  ],
  ["a target cannot begin a title", `<a href='mailto:a "x" [y'>m</a>`, "[m](mailto:a%20%22x%22%20[y)"],
  [
    "an image's text and title stay in it",
    `<img src="/i.png" alt="[a](b" title='t" (x)'>`,
    '![(a)(b](https://site.example/i.png "t\\" \\(x\\)")',
  ],
  [
    "written marks of HTML are text",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
  ],
  ["code cannot leave its fence", "<pre>```\nx\n````</pre>", "`````\n```\nx\n````\n`````"],
  ["two lines make no table", "<p>a | b<br>--- | ---", "a | b  \n\\--- | ---"],
  [
    "a cell's pipe and its blocks stay in it",
    "<table><tr><th>a<th>b<tr><td>x|y<td><p>1<p>2</table>",
    "| a | b |\n| --- | --- |\n| x\\|y | 1<br>2 |",
  ],
  ["a rule opens no front matter", "<hr><p>a", "* * *\n\na"],
  ["a heading's number stays a number", "<h2>1. First</h2>", "## 1\\. First"],
  [
    "a footnote is one",
    `<p>a<sup><a href="#n">2</a></sup></p><ol><li id="n">Note <a href="#r">↩</a></ol>`,
    "a[^2]\n\n[^2]: Note",
  ],
  [
    "a link to a place is no footnote",
    `<p><sup><a href="#n">2</a></sup></p>`,
    "[2](https://site.example/dir/page#n)",
  ],
  [
    "a power is not a longer number",
    "<p>10<sup>6</sup> and H<sub>2</sub>O and the 4<sup>th</sup>",
    "10^6 and H2O and the 4th",
  ],
  ["a summary stands out", "<details><summary>More</summary><p>inside</details>", "**More**\n\ninside"],
  [
    "code has the language that stands above it",
    `<div class="highlight-python notranslate"><div class="highlight"><pre>x = 1</pre></div></div>`,
    "```python\nx = 1\n```",
  ],
  [
    "lists stand in lists",
    "<ol><li>a<ul><li>b<ol start=4><li>c</ol></ul><li>d</ol>",
    "1. a\n   - b\n     4. c\n2. d",
  ],
  ["definitions follow their term", "<dl><dt>term<dd>one<dd>two</dl>", "**term**\n\none\n\ntwo"],
];
for (const [name, html, expected] of cases) {
  Deno.test(`Markdown: ${name}`, () => assertEquals(markdown(html), expected));
}

Deno.test("Markdown keeps right-to-left text with Latin names, numbers and its marks as written", () => {
  const text = 'מדפסת \u200fHP LaserJet 4200\u200e (כולל מע"מ) 1,299.90 ₪ – עד 45 דפים/דקה';
  assertEquals(markdown(`<p dir="rtl">${text}</p>`), text);
});

Deno.test("Markdown of many notes and of hostile notes ends soon", () => {
  const notes = Array.from(
    { length: 20_000 },
    (_, i) => `<sup><a href="#n${i}">${i}</a></sup><p id="n${i}">x`,
  ).join("");
  const startedMs = performance.now();
  assertStringIncludes(markdown(notes), "[^1]");
  assert(performance.now() - startedMs < 20_000);
});
