import { assertEquals } from "@std/assert";
import { cleanText, fitted, isolated, oneLine, widthOf } from "../../src/cli/text/plain.ts";
import { tableLines } from "../../src/cli/text/table.ts";
import { ansi, plain } from "../../src/cli/text/paint.ts";

const [FSI, PDI] = ["\u2068", "\u2069"];

Deno.test("what a terminal would obey is taken out of a stranger's text, what is text stays", () => {
  assertEquals(cleanText("a\x1b[31mred\x07\u009b2J\r\n\tb\u202ec\u2066"), "a[31mred2J\n\tbc");
  assertEquals(cleanText("פסנתר כָּנָף ‏SP-88‎"), "פסנתר כָּנָף SP-88");
  assertEquals(oneLine(" שורה\n  אחת\t "), "שורה אחת");
});

Deno.test("Hebrew stays in its logical order and is held apart from what stands beside it", () => {
  assertEquals(isolated("גיטרה חשמלית"), `${FSI}גיטרה חשמלית${PDI}`);
  assertEquals(isolated("guitar"), "guitar");
});

Deno.test("a width is that of what is seen: niqqud and joiners take none, a wide character two", () => {
  assertEquals(["abc", "שלום", "שָׁלוֹם", "漢字", "👩‍👩‍👧", "é"].map(widthOf), [3, 4, 4, 4, 2, 1]);
});

Deno.test("a text is cut between letters, never within one", () => {
  assertEquals(fitted("שָׁלוֹם עולם", 6), "שָׁלוֹם…");
  assertEquals(fitted("漢字漢字", 4), "漢…");
  assertEquals(fitted("short", 10), "short");
});

Deno.test("columns of a table stand below each other, whatever the letters; only the last is cut", () => {
  const rows = [["שָׁלוֹם", "כותרת ארוכה מאוד"], ["abcdefgh", "x"]];
  const lines = tableLines(["NAME", "TITLE"], rows, { paint: plain, columns: 19 });
  assertEquals(lines, [
    "NAME      TITLE",
    `${FSI}שָׁלוֹם${PDI}      ${FSI}כותרת אר…${PDI}`,
    "abcdefgh  x",
  ]);
  // In a pipe nothing is cut and nothing added.
  assertEquals(tableLines(["NAME", "TITLE"], rows, { paint: plain })[1], "שָׁלוֹם      כותרת ארוכה מאוד");
});

Deno.test("a painted cell is as wide as a plain one", () => {
  const cell = { text: "ok", paint: (text: string) => ansi("green", text) };
  assertEquals(tableLines(["A", "B"], [[cell, "x"]], { paint: plain })[1], "\x1b[32mok\x1b[39m  x");
});
