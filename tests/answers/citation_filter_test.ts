import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { CitationFilter } from "../../src/answers/citation_filter.ts";

function filtered(pieces: readonly string[], count = 3) {
  const filter = new CitationFilter(count);
  const text = pieces.map((piece) => filter.push(piece)).join("") + filter.end();
  return { text, cited: filter.cited, unsupported: filter.unsupported };
}

Deno.test("CitationFilter takes out marks that name no passage, with the space before them", () => {
  const cases: [string, string, number[], number[]][] = [
    ["a [2].", "a [2].", [2], []],
    ["a [4].", "a.", [], [4]],
    ["a [1, 4]", "a [1]", [1], [4]],
    ["a [1-3]", "a [1][2][3]", [1, 2, 3], []],
    ["a [2–5]", "a [2][3]", [2, 3], [4, 5]],
    ["a [1-99999999]", "a [1]", [1], [99999999]],
    ["a [2][1][2]", "a [2][1][2]", [2, 1], []],
    ["[link](u) [ ] [x", "[link](u) [ ] [x", [], []],
    ["a [9][2], b [9]c", "a [2], b c", [2], [9]],
    ["a [9[9]9]", "a", [], [9, 99]],
    ["[[[9]9]", "[", [], [9]],
    ["[[1]]", "[[1]]", [1], []],
    ["end [", "end [", [], []],
    ["שלום [0] ", "שלום ", [], [0]],
    [
      "[12345678901234567890123456789012345678901234567890]",
      "[12345678901234567890123456789012345678901234567890]",
      [],
      [],
    ],
  ];
  for (const [text, out, cited, unsupported] of cases) {
    assertEquals(filtered([text]), { text: out, cited, unsupported }, text);
  }
});

Deno.test("CitationFilter says the same however the text comes, and lets no number through that was not given", () => {
  const letter = fc.constantFrom("[", "]", "1", "2", "9", ",", "-", " ", "a", "ש", "(", "\n");
  fc.assert(
    fc.property(
      fc.array(fc.array(letter, { maxLength: 6 }).map((letters) => letters.join("")), { maxLength: 12 }),
      (pieces) => {
        const whole = filtered([pieces.join("")]);
        assertEquals(filtered(pieces), whole);
        for (const [, number] of whole.text.matchAll(/\[ *(\d{1,9}) *\]/g)) {
          assertEquals(whole.cited.includes(Number(number)), true, whole.text);
        }
      },
    ),
    { numRuns: 5000 },
  );
});
