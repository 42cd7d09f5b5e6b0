import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { costOf, estimateTokens, measure } from "../../../src/search/chunking/token_estimate.ts";

/** Between what o200k_base and cl100k_base make of these texts, as run once, a third more or less. */
const MEASURED: [text: string, fewest: number, most: number][] = [
  ["Runs a measurement and prints it. The depth is given in metres and may be fractional.", 18, 18],
  ["בניית פרופילים של משתמשים נחשבת על ידי רבים כאיום פוטנציאלי על הפרטיות.", 25, 66],
  [
    "Система управления базами данных обеспечивает надёжное хранение информации и быстрый поиск по документам",
    20,
    35,
  ],
  ["数据库管理系统提供可靠的信息存储和快速的文档搜索功能", 15, 26],
  ["| a | b |\n| --- | --- |\n| c | d |", 15, 15],
  ["const isChunkBoundary = readNextBlock(sourceText);", 11, 11],
  ["aGVsbG8gd29ybGQgdGhpcyBpcyBiYXNlNjQgZW5jb2RlZA", 27, 34],
  ["123456789012345 2024 15 7", 9, 12],
];

Deno.test("estimateTokens() is about what tokenisers of byte pairs give", () => {
  for (const [text, fewest, most] of MEASURED) {
    const tokens = estimateTokens(text);
    assert(tokens >= fewest * 0.7 && tokens <= most * 1.3, `${tokens} for ${text}`);
  }
  assertEquals(estimateTokens(""), 0);
});

Deno.test("costOf() of two parts is never less than of the whole, parted outside white space", () => {
  const text = fc.array(
    fc.constantFrom(
      "a",
      "Z",
      "foo",
      "שלום",
      "9",
      "12345",
      " ",
      "\n",
      "--",
      ".",
      "é",
      "😀",
      "字",
      "\u05b8",
      "я",
    ),
    { maxLength: 60 },
  )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.nat(), (text, at) => {
      const cut = at % (text.length + 1);
      if (/\s$/.test(text.slice(0, cut)) && /^\s/.test(text.slice(cut))) return;
      assert(costOf(text, 0, cut) + costOf(text, cut, text.length) >= costOf(text, 0, text.length));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("measure() takes as much as its budget pays for, and goes on from there to the end", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.integer({ min: 4, max: 40 }),
      (text, tokens) => {
        for (let at = 0; at < text.length;) {
          const { end } = measure(text, at, text.length, tokens * 100);
          assert(end > at);
          assert(costOf(text, at, end) <= tokens * 100, JSON.stringify(text.slice(at, end)));
          at = end;
        }
      },
    ),
    { numRuns: 1000 },
  );
});
