import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { estimateTokens } from "../../../src/search/chunking/token_estimate.ts";
import type { Chunk } from "../../../src/search/index_port.ts";
import { chunk, paragraph } from "./chunk.ts";

type Kind = "heading" | "paragraph" | "list" | "table" | "code" | "quote" | "line";
interface Plan {
  kind: Kind;
  /** Words of it, or of each item, row and line of it. */
  words: number;
  parts: number;
  level: number;
  hebrew: boolean;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom<Kind>(
    "heading",
    "heading",
    "paragraph",
    "paragraph",
    "list",
    "table",
    "code",
    "quote",
    "line",
  ),
  words: fc.integer({ min: 1, max: 14 }),
  parts: fc.integer({ min: 1, max: 14 }),
  level: fc.integer({ min: 1, max: 6 }),
  hebrew: fc.boolean(),
});

/** Markdown in which no word stands twice, but the names of fences. */
function write(plans: readonly Plan[]): string {
  let count = 0;
  return plans.map(({ kind, words, parts, level, hebrew }) => {
    const some = (n: number) =>
      Array.from({ length: n }, () => `${hebrew ? "מילה" : "word"}${count++}`).join(" ");
    const each = (line: () => string) => Array.from({ length: parts }, line).join("\n");
    switch (kind) {
      case "heading":
        return `${"#".repeat(level)} ${some(Math.min(words, 3))}`;
      case "paragraph":
        return Array.from({ length: parts }, () => `${some(words)}.`).join(" ");
      case "list":
        return each(() => `- ${some(words)}`);
      case "table":
        return `| ${some(1)} | ${some(1)} |\n| --- | --- |\n${each(() => `| ${some(words)} | ${some(1)} |`)}`;
      case "code":
        return `\`\`\`sh\n${each(() => some(words))}\n\`\`\``;
      case "quote":
        return each(() => `> ${some(words)}.`);
      case "line":
        return "x".repeat(words * parts) + count++;
    }
  }).join("\n\n");
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
const key = ({ headingPath, text }: Chunk) => JSON.stringify([headingPath, text]);
const limits = fc.integer({ min: 40, max: 300 });

Deno.test("passages hold every word of a text once, headings and headers aside, in its order", () => {
  fc.assert(
    fc.property(fc.array(plan, { maxLength: 40 }), limits, (plans, maxTokens) => {
      const text = write(plans);
      const headings = new Set(text.split("\n").filter((line) => /^#{1,6} /.test(line)).flatMap(wordsOf));
      const headers = new Set([...text.matchAll(/^(.*)\n\| --- /gm)].flatMap(([, line]) => wordsOf(line!)));
      const chunks = chunk(text, { maxTokens });
      const said = chunks.flatMap((each) => wordsOf(each.text));
      const once = (word: string) => word !== "sh" && !headings.has(word) && !headers.has(word);
      assertEquals(said.filter(once), wordsOf(text).filter(once));
      const found = new Set([...said, ...chunks.flatMap(({ headingPath }) => headingPath.flatMap(wordsOf))]);
      for (const word of [...headings, ...headers]) assert(found.has(word), word);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a block that fits into a passage is in one as it stands", () => {
  fc.assert(
    fc.property(fc.array(plan, { maxLength: 40 }), limits, (plans, maxTokens) => {
      // Two lists in a row are one.
      const text = write(plans.filter(({ kind }, i) => kind !== "list" || plans[i - 1]?.kind !== "list"));
      const chunks = chunk(text, { maxTokens });
      for (const block of text.split("\n\n")) {
        if (block === "" || /^#{1,6} /.test(block) || estimateTokens(block) >= maxTokens) continue;
        assert(chunks.some((each) => `\n\n${each.text}\n\n`.includes(`\n\n${block}\n\n`)), block);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("no passage of any text is above the limit, and its count of tokens is that of its text", () => {
  const anything = fc.oneof(
    fc.array(plan, { maxLength: 30 }).map(write),
    fc.array(
      fc.constantFrom(
        "# ",
        "a",
        "\n",
        "\n\n",
        " ",
        "```",
        "| a |",
        "|---|---|",
        "- ",
        "> ",
        "\u05d0",
        "\ud83d\ude00",
        "\t",
        ".",
        "1",
        "    ",
        "<!--",
        "\\",
        "\r\n",
      ),
      { maxLength: 400 },
    ).map((parts) => parts.join("")),
    fc.string({ unit: "grapheme", maxLength: 2000 }),
    fc.string({ unit: "binary", maxLength: 2000 }),
  );
  fc.assert(
    fc.property(anything, fc.integer({ min: 16, max: 120 }), (text, maxTokens) => {
      for (const [i, each] of chunk(text, { maxTokens }).entries()) {
        assertEquals([each.ordinal, each.tokens], [i, estimateTokens(each.text)]);
        assert(each.tokens <= maxTokens, `${each.tokens} of ${maxTokens}`);
        assert(each.text.trim() !== "");
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("the same text gives the same passages", () => {
  fc.assert(
    fc.property(fc.array(plan, { maxLength: 30 }), (plans) => {
      const text = write(plans);
      assertEquals(chunk(text), chunk(text));
    }),
    { numRuns: 50 },
  );
});

/** Passages that are not there before. */
function added(before: string, after: string, maxTokens: number): Chunk[] {
  const known = new Set(chunk(before, { maxTokens }).map(key));
  return chunk(after, { maxTokens }).filter((each) => !known.has(key(each)));
}

Deno.test("a change in a section changes passages of that section only", () => {
  const sizes = fc.array(fc.integer({ min: 4, max: 40 }), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.nat(), fc.integer({ min: 4, max: 40 }), (sentences, at, size) => {
      const edited = at % sentences.length;
      const texts = sentences.map((count, i) => paragraph(count, `s${i}z`));
      const document = (bodies: string[]) =>
        bodies.map((body, i) => `## Section ${i}\n\n${body}`).join("\n\n");
      const after = texts.with(edited, paragraph(size, "new"));
      for (const { headingPath } of added(document(texts), document(after), 150)) {
        assertEquals(headingPath, [`Section ${edited}`]);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a change among small sections, rows, items or sentences changes the passages round it, not all after it", () => {
  const shapes: Record<string, (i: number) => string> = {
    sections: (i) => `## Question ${i}\n\n${paragraph(i % 3 + 1, `q${i}z`)}\n\n`,
    paragraphs: (i) => `${paragraph(i % 4 + 1, `p${i}z`)}\n\n`,
    sentences: (i) => `${paragraph(1, `t${i}z`)} `,
    items: (i) => `- ${paragraph(1, `i${i}z`)}\n`,
    rows: (i) => `| r${i} | ${"cell ".repeat(i % 5 + 1)}${i} |\n`,
    code: (i) => `call(${i}, ${"x".repeat(i % 7)});\n`,
  };
  const heads: Record<string, string> = { rows: "| A | B |\n| --- | --- |\n", code: "```\n" };
  for (const [shape, part] of Object.entries(shapes)) {
    const parts = Array.from({ length: 400 }, (_, i) => part(i));
    const before = (heads[shape] ?? "") + parts.join("");
    const total = chunk(before, { maxTokens: 200 }).length;
    let changed = 0;
    const places = [0, 37, 111, 200, 263, 350];
    for (const place of places) {
      const after = (heads[shape] ?? "") + parts.toSpliced(place, 0, part(9000 + place)).join("");
      changed += added(before, after, 200).length;
    }
    assert(total > 15, `${shape}: ${total}`);
    assert(changed / places.length <= 5, `${shape}: ${changed / places.length} of ${total} a change`);
  }
});
