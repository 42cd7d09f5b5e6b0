import { assert, assertEquals, assertThrows } from "@std/assert";
import { chunk, paragraph } from "./chunk.ts";

const words = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];

Deno.test("chunkDocument() gives a passage its headings as plain text, outermost first", () => {
  const long = paragraph(2, "a");
  const chunks = chunk(
    `# Guide\n\n## *Strings* and [tuning](https://x.example/a_(b))\n\n### \`E4\` &amp; \\*B3\\*\n\n${long}`,
  );
  assertEquals(chunks, [{
    ordinal: 0,
    text: long,
    headingPath: ["Guide", "Strings and tuning", "E4 & *B3*"],
    tokens: chunks[0]!.tokens,
  }]);
});

Deno.test("chunkDocument() leaves the title out of the path, also where the page's title has more", () => {
  const long = paragraph(2, "a");
  for (const title of ["מדריך הגיטרה", "מדריך הגיטרה | החנות"]) {
    const chunks = chunk(`# מדריך הגיטרה\n\n## מיתרים\n\n${long}`, { title });
    assertEquals(chunks.map(({ headingPath, text }) => [headingPath, text]), [[["מיתרים"], long]]);
  }
  assertEquals(chunk(`# Guitars\n\n${long}`, { title: "Guitar" })[0]!.headingPath, ["Guitars"]);
});

Deno.test("chunkDocument() reads headings that are underlined, and no headings in code, quotes and front matter", () => {
  const chunks = chunk(
    `---\ntitle: x\n---\n\nFirst\n=====\n\n\`\`\`sh\n# no heading\n\`\`\`\n\n> # none either\n\nSecond\n------\n\n${
      paragraph(6, "b")
    }`,
    { maxTokens: 80 },
  );
  assertEquals(chunks.map(({ headingPath }) => headingPath.join(">")), ["", "First>Second"]);
  assertEquals(chunks[0]!.text, "title: x\n\n# First\n\n```sh\n# no heading\n```\n\n> # none either");
});

Deno.test("chunkDocument() lets sections that can stand alone do so, and joins crumbs under one parent", () => {
  const a = paragraph(3, "a"), b = paragraph(3, "b");
  const text = `# A\n\n${a}\n\n# B\n\n${b}\n\n# C\n\nshort c.\n\n# D\n\nshort d.`;
  assertEquals(chunk(text, { maxTokens: 100 }).map(({ headingPath, text }) => [headingPath, text]), [
    [["A"], a],
    [[], `# B\n\n${b}\n\n# C\n\nshort c.\n\n# D\n\nshort d.`],
  ]);
});

Deno.test("chunkDocument() makes no passage of a heading alone", () => {
  const long = paragraph(3, "a");
  const chunks = chunk(`# A\n\n## Empty\n\n## Full\n\n${long}\n\n## Last`, { maxTokens: 200 });
  assertEquals(chunks.map(({ headingPath, text }) => [headingPath, text]), [
    [["A"], `## Empty\n\n## Full\n\n${long}\n\n## Last`],
  ]);
});

Deno.test("chunkDocument() splits no block that fits", () => {
  const blocks = Array.from({ length: 12 }, (_, i) => paragraph(i % 3 * 2 + 2, `p${i}`));
  const chunks = chunk(blocks.join("\n\n"));
  assert(chunks.length > 3);
  for (const block of blocks) {
    assertEquals(chunks.filter(({ text }) => text.includes(block)).length, 1, block);
  }
});

Deno.test("chunkDocument() keeps a table whole, and repeats its header where it is cut between rows", () => {
  const row = (i: number) => `| model${i} | ${i}00 |`;
  const head = "| Model | Price |\n| --- | ---: |";
  const small = [head, row(1), row(2)].join("\n");
  assertEquals(chunk(`Intro.\n\n${small}`).map(({ text }) => text), [`Intro.\n\n${small}`]);
  const chunks = chunk([head, ...Array.from({ length: 60 }, (_, i) => row(i))].join("\n"));
  assert(chunks.length > 4);
  const rows = chunks.flatMap(({ text }) => {
    assertEquals(text.split("\n").slice(0, 2).join("\n"), head);
    return text.split("\n").slice(2);
  });
  assertEquals(rows, Array.from({ length: 60 }, (_, i) => row(i)));
});

Deno.test("chunkDocument() opens and closes the fence of each part of long code, and cuts it between lines", () => {
  const lines = Array.from({ length: 80 }, (_, i) => `  call${i}(x);`);
  const chunks = chunk(`~~~~js\n${lines.join("\n")}\n~~~~`);
  assert(chunks.length > 4);
  const inner = chunks.flatMap(({ text }) => {
    const all = text.split("\n");
    assertEquals([all[0], all.at(-1)], ["~~~~js", "~~~~"]);
    return all.slice(1, -1);
  });
  assertEquals(inner, lines);
});

Deno.test("chunkDocument() cuts a long list between its items, nested ones with theirs", () => {
  const items = Array.from({ length: 20 }, (_, i) => `- item${i} has some words\n  - nested${i} has more`);
  const chunks = chunk(items.join("\n"));
  assert(chunks.length > 3);
  for (const { text } of chunks) assert(text.startsWith("- item"), text);
  assertEquals(chunks.map(({ text }) => text).join("\n"), items.join("\n"));
});

Deno.test("chunkDocument() cuts long paragraphs between sentences, English and Hebrew", () => {
  const english = 'He asked Dr. Smith, e.g. about v2.5 of it. "Is it so?" She said nothing! Then it went on';
  const hebrew = 'לכל גיטרה יש שישה מיתרים. האם זה נכון? כן, ע"פ המדריך! ואז מכוונים אותה';
  for (const text of [english, hebrew]) {
    const many = Array.from({ length: 12 }, (_, i) => `${text} ${i}.`).join(" ");
    const chunks = chunk(many, { maxTokens: 60 });
    assert(chunks.length > 2);
    for (const { text } of chunks) {
      assert(/^(He asked|"Is it|She said|Then it|לכל|האם|כן|ואז)/.test(text), text);
    }
    assertEquals(chunks.map(({ text }) => text).join(" "), many);
  }
});

Deno.test("chunkDocument() cuts words and lines that are longer than a passage, between characters", () => {
  for (const text of ["x".repeat(5000), "א".repeat(5000), "😀".repeat(2000), "1".repeat(5000)]) {
    const chunks = chunk(text);
    assertEquals(chunks.map(({ text }) => text).join(""), text);
    for (const { text } of chunks) assert(text.isWellFormed());
  }
});

Deno.test("chunkDocument() keeps what ends with a colon with what it announces", () => {
  const blocks = Array.from(
    { length: 30 },
    (_, i) => `Steps of procedure ${i}:\n\n- ${paragraph(2, `s${i}t`)}`,
  );
  for (const { text } of chunk(blocks.join("\n\n"))) assert(!text.endsWith(":"), text);
});

Deno.test("chunkDocument() names the page a passage begins on, and leaves marks of pages out", () => {
  const pages = Array.from({ length: 5 }, (_, i) => `<!-- page ${i + 1} -->\n\n${paragraph(2, `p${i}q`)}`);
  const markdown = pages.join("\n\n");
  const marks = pages.map((page, i) => ({ number: i + 1, start: markdown.indexOf(page) }));
  const chunks = chunk(markdown, { pages: marks, maxTokens: 40 });
  assert(chunks.length > 2);
  for (const { text, page } of chunks) {
    assertEquals(page, "abcde".indexOf(/^p(.)q/.exec(text)![1]!) + 1);
    assert(!text.includes("<!--"));
  }
  const [first, second] = [paragraph(3, "a"), paragraph(3, "b")];
  const bare = chunk(`${first}\n\n${second}`, {
    maxTokens: 40,
    pages: [{ number: 3, start: 0 }, { number: 4, start: first.length + 2 }],
  });
  assertEquals(bare.map(({ page }) => page), [3, 4]);
});

Deno.test("chunkDocument() makes no passage of nothing", () => {
  for (const text of ["", "\n\n \t\n", "* * *\n\n---\n", "<!-- page 1 -->\n", "#\n##\n"]) {
    assertEquals(chunk(text), [], text);
  }
});

Deno.test("chunkDocument() takes what looks like a heading and is too long for one as text", () => {
  const chunks = chunk(`# ${"word ".repeat(300)}\n\ntext`);
  assertEquals(chunks.flatMap(({ text }) => words(text)).filter((word) => word === "word").length, 300);
  assertEquals(chunks.map(({ headingPath }) => headingPath), chunks.map(() => []));
  const address = `https://x.example/${"a".repeat(960)}`;
  const [linked] = chunk(`# [Some](${address}) more words that are read as well\n\ntext`, {
    maxTokens: 4096,
  });
  assertEquals([linked!.headingPath, linked!.text], [
    [],
    `# [Some](${address}) more words that are read as well\n\ntext`,
  ]);
});

Deno.test("chunkDocument() refuses a limit no passage fits into", () => {
  assertThrows(() => chunk("x", { maxTokens: 15 }), RangeError, "'maxTokens' must be at least 16");
});
