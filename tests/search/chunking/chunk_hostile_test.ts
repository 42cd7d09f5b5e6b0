import { assert } from "@std/assert";
import { chunk } from "./chunk.ts";

const M = 1_000_000;
const TEXTS: Record<string, () => string> = {
  "100,000 signs of a heading": () => "#".repeat(100_000),
  "100,000 empty headings": () => "#\n".repeat(100_000),
  "200,000 headings up and down": () =>
    Array.from({ length: 200_000 }, (_, i) => `${"#".repeat(1 + i % 6)} h${i}`).join("\n"),
  "a heading of 5 MB": () => "# " + "word ".repeat(M),
  "a word of 5 MB": () => "x".repeat(5 * M),
  "a line of 5 MB": () => "word ".repeat(M),
  "a fence that is not closed": () => "```\n" + "# line\n".repeat(M),
  "fences within fences": () => "```\n~~~\n".repeat(500_000),
  "quotes in quotes": () => ">".repeat(5 * M),
  "lists in lists": () => Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}- a`).join("\n"),
  "fences of items": () => "- ```\n".repeat(M),
  "blank lines": () => "\n".repeat(10 * M),
  "spaces between words": () => "a" + " ".repeat(5 * M) + "b",
  "a table's header of 8 MB": () => `|${" a |".repeat(M)}\n|${"---|".repeat(M)}\n| x |\n`,
  "a paragraph of a million lines": () => "a line\n".repeat(M),
  "lines with pipes": () => "a|b\n".repeat(M),
  "comments that do not end": () => "<!-- a ".repeat(M),
  "marks without letters": () => "\u05b0".repeat(2 * M),
  "halves of characters": () => "\ud83d".repeat(M),
  "full stops": () => ". ".repeat(2 * M),
};

// Each takes a second at most on a quiet machine; what is not linear takes minutes.
const AT_MOST_MS = 20_000;

for (const [name, make] of Object.entries(TEXTS)) {
  Deno.test(`chunkDocument() reads ${name} in time linear in its size`, () => {
    const text = make();
    const began = performance.now();
    const chunks = chunk(text, { maxTokens: 400, title: "T" });
    assert(performance.now() - began < AT_MOST_MS);
    let sum = 0;
    for (const { tokens, text, headingPath } of chunks) {
      assert(tokens <= 400);
      sum += text.length + headingPath.join("").length;
    }
    // What is said again (paths, headers) stays a part of the whole.
    assert(sum <= text.length * 1.6, `${sum} of ${text.length}`);
  });
}
