import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { extractFixture, extractText } from "../fixture_page.ts";

const words = (subject: string) =>
  `<p>The ${subject} was built by people who came from three towns, and it stood for many years, as all of them had hoped it would.</p>`;
const article = (inner: string) =>
  extractText(
    `<title>The wall</title><meta property="og:type" content="article"><body><article>${inner}</article>`,
  );

Deno.test("an article in Hebrew has its own words only, in their order", async () => {
  const { text, markdown } = await extractFixture("article_he.html", {
    url: "https://news.example/he/1?x=1",
  });
  const lines = text!.split("\n");
  assertEquals(lines.length, 3);
  assert(lines[0]!.startsWith("אחרי שנים של ירידה"));
  assertStringIncludes(lines[1]!, 'Yamaha Pacifica 112V, נמכר במחיר 1,450 ש"ח');
  assertStringIncludes(
    markdown!,
    '![גיטרה](https://news.example/g.jpg "דגם Stratocaster משנת 1962. צילום: יח\\"צ")',
  );
});

const furniture: [string, string][] = [
  ["the title", "<h1>The wall</h1>"],
  ["a byline and a date", "<p>By A. Writer</p><p>Updated 11:21 pm CST, November 19, 2019</p>"],
  ["a pointer", `<p>Read more: <a href="/x">Another wall somewhere</a></p>`],
  [
    "a heading over links",
    `<h3>Related articles</h3><ul><li><a href="/x">Another wall</a><li><a href="/y">A third</a></ul>`,
  ],
  ["a label", "<div>Advertisement</div>"],
  [
    "a box by its class",
    `<div class="newsletter-box"><p>Get all of it by mail each day, for nothing.</p></div>`,
  ],
  [
    "a caption",
    `<figure><img src="/i.jpg" alt="i"><figcaption>A wall at dawn. Photo: B. Maker</figcaption></figure>`,
  ],
  [
    "a caption by its image's text",
    `<div><img src="/i.jpg" alt="The wall as it stood in the spring"><p>The wall as it stood in the spring</p></div>`,
  ],
];
for (const [name, html] of furniture) {
  Deno.test(`an article's text is without ${name}`, () => {
    const { text } = article(
      `${name === "the title" || name.startsWith("a byline") ? html : ""}${words("wall")}${words("tower")}${
        name === "the title" || name.startsWith("a byline") ? "" : html
      }${words("gate")}`,
    );
    assertEquals(text!.split("\n").map((line) => line.slice(0, 9)), ["The wall ", "The tower", "The gate "]);
  });
}

Deno.test("an article's text ends before what asks its readers for something", () => {
  const { text } = article(
    words("wall") + words("tower") + words("gate") +
      `<p>Follow us on <a href="https://x.example/">the network</a>.</p><p>Sign up for our letters here.</p>`,
  );
  assert(text!.split("\n").at(-1)!.startsWith("The gate"));
});

const kept: [string, string][] = [
  [
    "a sentence with a year",
    "On the 12th of March 2018 the wall fell into the river again, and nobody was surprised.",
  ],
  [
    "a sentence that begins like a label",
    "Related to this was the question of who should pay for the stones, which nobody asked.",
  ],
  ["a short question", "Who was to pay?"],
];
for (const [name, sentence] of kept) {
  Deno.test(`an article's text keeps ${name}`, () => {
    const { text } = article(`<p>${sentence}</p>${words("wall")}<p>${sentence}</p>${words("gate")}`);
    assertEquals(text!.split("\n").filter((line) => line === sentence).length, 2);
  });
}

Deno.test("an article's text keeps what others are quoted with, whatever network it is from", () => {
  const { text } = article(
    words("wall") + words("tower") + words("bridge") +
      `<div class="social-embed"><blockquote><p>I saw it fall, and it was quick.</p><a href="https://x.example/1">A. Witness</a></blockquote></div>` +
      words("gate"),
  );
  assertStringIncludes(text!, "I saw it fall, and it was quick.");
});

Deno.test("an article's text keeps a figure's table with its caption", () => {
  const { text } = article(
    words("wall") +
      "<figure><table><tr><th>Year<th>Stones<tr><td>1</td><td>400</table><figcaption>Stones by year</figcaption></figure>" +
      words("gate"),
  );
  assertStringIncludes(text!, "Stones by year");
  assertStringIncludes(text!, "400");
});
