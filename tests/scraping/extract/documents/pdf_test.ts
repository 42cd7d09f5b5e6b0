import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { hebrew, lines, pagesOf, pdfOf, stream } from "./make_pdf.ts";
import { assertRefused, read } from "./read.ts";

const fixture = (name: string) =>
  Deno.readFile(new URL(`../../../fixtures/documents/${name}`, import.meta.url));

Deno.test("extractBody() reads a Hebrew PDF of a browser in the order it is read", async () => {
  const page = await read(await fixture("guide_he.pdf"), "application/pdf");
  assertEquals([page.title, page.language, page.direction], ["מדריך הגיטרה", "he", "rtl"]);
  assertStringIncludes(
    page.markdown!,
    "# מדריך הגיטרה האקוסטית\n\nזהו מדריך קצר (גרסה 2.1) לכיוון הגיטרה. יש לכוון את המיתר הראשון לתו E4, ואחר כך את " +
      "המיתר השני לתו B3 לפי הטבלה. מחיר הסט: 129.90 ₪ בלבד, כולל משלוח. ראו גם את אתר Yamaha (2.1) שלנו לפרטים נוספים על " +
      "Yamaha FG800 ועוד.\n\n## החלפת מיתרים\n\n",
  );
  assertStringIncludes(page.markdown!, 'אין למתוח יותר מ-10 ק"ג!\n\nפריט ראשון\n\nפריט שני');
  assertEquals(page.links, [{ url: "https://example.com/he", text: "את אתר Yamaha (2.1) שלנו" }]);
  assertEquals([page.product, page.json, page.tables, page.kind], [null, null, [], undefined]);
});

Deno.test("extractBody() reads a PDF with columns page by page and says where each begins", async () => {
  const page = await read(await fixture("guide_en.pdf"), "application/pdf");
  assertStringIncludes(
    page.text!,
    "several of them in fact, so that joining can be seen. See more on this there.",
  );
  assertStringIncludes(
    page.text!,
    "so that it wraps.\n\nThe right column follows after, likewise continuing with",
  );
  assertEquals(page.pages!.map(({ number, title }) => [number, title]), [[1, "Guide to tuning"], [
    2,
    "Second page",
  ]]);
  const second = page.pages![1]!;
  assert(page.markdown!.slice(second.markdown_start).startsWith("<!-- page 2 -->\n\n# Second page\n\nWords"));
  assert(page.text!.slice(second.text_start).startsWith("Second page\n\nWords"));
  const { title, published, pages } = page.metadata!;
  assertEquals([title, pages], ["Guide to tuning", "2"]);
  assert(!Number.isNaN(Date.parse(published as string)));
});

const LOGICAL = ['שלום לכולם (גרסה 2.5) מאת Tutti בע"מ, מחיר 120 ש"ח', "שולחן ארוך ליד הים שלנו, כן"];
/** The same as they stand on the page, left to right. */
const VISUAL = ['ח"ש 120 ריחמ ,מ"עב Tutti תאמ (2.5 הסרג) םלוכל םולש', "ןכ ,ונלש םיה דיל ךורא ןחלוש"];
const at = (x: number, i: number, text: string) =>
  `1 0 0 1 ${100 + 5 * x} ${700 - 14 * i} Tm ${hebrew(text)} Tj `;
/** Each piece of a line, where it stands. */
const placed = (line: string, i: number, pieces: RegExp) =>
  [...line.matchAll(pieces)].map((match) => at(match.index, i, match[0]));
const HELD: Record<string, (i: number) => string> = {
  "whole lines as they look": (i) => at(0, i, VISUAL[i]!),
  "whole lines as they are read": (i) => at(0, i, LOGICAL[i]!),
  "words as they look": (i) => placed(VISUAL[i]!, i, /\S+ ?/g).join(""),
  "words from right to left": (i) => placed(VISUAL[i]!, i, /\S+ ?/g).toReversed().join(""),
  "letters as they look": (i) => placed(VISUAL[i]!, i, /./g).join(""),
  "letters from right to left": (i) => placed(VISUAL[i]!, i, /[A-Za-z0-9.]+|./g).toReversed().join(""),
};
for (const [how, line] of Object.entries(HELD)) {
  Deno.test(`extractBody() reads Hebrew of a PDF that holds ${how}`, async () => {
    const { text } = await read(pagesOf([`BT /F2 10 Tf ${line(0)}${line(1)}ET`]), "application/pdf");
    assertEquals(text!.replaceAll("\n\n", " "), LOGICAL.join(" "));
  });
}

Deno.test("extractBody() reads a Hebrew name on a line of English", async () => {
  const content = `BT /F2 10 Tf ${at(0, 0, "It is called ")}${at(13, 0, "תירבע תפש")}${
    at(22, 0, " in Hebrew")
  }ET`;
  const { text } = await read(pagesOf([content]), "application/pdf");
  assertEquals(text, "It is called שפת עברית in Hebrew");
});

Deno.test("extractBody() makes words and paragraphs of a PDF whole again", async () => {
  const { markdown } = await read(
    pagesOf([
      lines(["A heading"], { size: 18, y: 760 }) + lines([
        "This is a line of prose that ends with a bro-",
        "ken word and goes on with a line as long as this",
        "one is. The end.",
        "Then a second paragraph that starts after it and",
        "also runs on.",
      ]) + lines(["\x95 not a bullet of this font", "- one", "- two"], { y: 640 }) +
      lines(["Far below stands a paragraph of its own."], { y: 500 }),
    ]),
    "application/pdf",
  );
  assertStringIncludes(
    markdown!,
    "# A heading\n\nThis is a line of prose that ends with a broken word and goes on with a line as long as this one is. " +
      "The end.\n\nThen a second paragraph that starts after it and also runs on.\n\n",
  );
  assertStringIncludes(markdown!, "- one\n- two\n\nFar below stands a paragraph of its own.");
});

Deno.test("extractBody() reads columns that a file holds row by row one after the other, and tables by the row", async () => {
  const left = [
    "The left column is read from",
    "its top down to its very end,",
    "before anything of the right",
    "one is taken.  And so it ends.",
  ];
  const right = [
    "Here the right one begins and",
    "goes on for as many lines, so",
    "that the two of them are told",
    "from the cells of a table here.",
  ];
  const side = left.map((text, i) =>
    lines([text], { y: 700 - 12 * i }) + lines([right[i]!], { x: 320, y: 700 - 12 * i })
  ).join("");
  const rows = [["Name", "Price"], ["Rope", "12"], ["Tar", "7"]].map(([a, b], i) =>
    lines([a!], { y: 500 - 12 * i }) + lines([b!], { x: 200, y: 500 - 12 * i })
  ).join("");
  const { text, markdown } = await read(pagesOf([side + rows]), "application/pdf");
  assertStringIncludes(text!, "one is taken. And so it ends. Here the right one begins");
  assertStringIncludes(text!, "Name\tPrice\nRope\t12\nTar\t7");
  assertStringIncludes(markdown!, "Name | Price  \nRope | 12  \nTar | 7");
});

Deno.test("extractBody() leaves out what stands at the top and bottom of every page of a PDF", async () => {
  const page = (n: number) =>
    lines(["The Book of Things"], { y: 760 }) +
    lines([`Words of page ${n}, unlike those of others.`], { y: 700 }) +
    lines([`Page ${n}`], { x: 300, y: 40 });
  const { text } = await read(pagesOf([1, 2, 3, 4].map(page)), "application/pdf");
  assertEquals(text, [1, 2, 3, 4].map((n) => `Words of page ${n}, unlike those of others.`).join("\n\n"));
});

Deno.test("extractBody() leaves out titles of chapters that stand beside the page number, and dots that lead to one", async () => {
  const titles = ["Rope", "Rope", "Tar", "Tar", "Sails"];
  const page = (n: number) =>
    lines([`${titles[n]} ${n + 11}`], { y: 760 }) +
    lines([`${n + 1} ships lie here${". ".repeat(9)}${n}`, `and more${". ".repeat(9)}${n}`], { y: 700 }) +
    lines(["The last words."], { y: 60 - n * 7 });
  const { text } = await read(pagesOf([0, 1, 2, 3, 4].map(page)), "application/pdf");
  assert(text!.startsWith("1 ships lie here … 0\n\nand more … 0\n\nThe last words."), text);
  assert(!/Rope|Tar|Sails/.test(text!));
});

Deno.test("extractBody() refuses a PDF that is encrypted, broken, empty or too long, and says so", async () => {
  const plain = pagesOf([lines(["words"])]);
  const key = `(${"x".repeat(32)})`;
  const locked = pagesOf([lines(["words"])], {
    trailer: `/ID[(1)(1)]/Encrypt<</Filter/Standard/V 1/R 2/O ${key}/U ${key}/P -4>>`,
  });
  const loop = pdfOf(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"]);
  const liar = pdfOf(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 100000000>>"]);
  await assertRefused(() => read(locked), "unsupported_content", /encrypted/);
  await assertRefused(() => read("%PDF-1.7\nnothing of the kind"), "unsupported_content", /broken/);
  await assertRefused(() => read(plain.subarray(0, 60)), "unsupported_content", /broken/);
  await assertRefused(() => read(loop), "unsupported_content", /broken/);
  await assertRefused(() => read(pagesOf(["", ""])), "unsupported_content", /without text/);
  await assertRefused(() => read(pagesOf(Array(3001).fill("BT ET"))), "too_large", /3000 pages: it has 3001/);
  const began = performance.now();
  await assertRefused(() => read(liar), "unsupported_content", /broken/);
  assertLess(performance.now() - began, 5000);
});

Deno.test("extractBody() reads a PDF whatever bytes of it are wrong, or refuses it", async () => {
  const good = await fixture("guide_en.pdf");
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
  let whole = 0;
  for (let round = 0; round < 40; round++) {
    const bytes = good.slice();
    for (let i = 0; i < [1, 10, 100][round % 3]!; i++) bytes[random(bytes.length)] = random(256);
    try {
      const { markdown } = await read(bytes, "application/pdf");
      if (markdown!.includes("Guide to tuning")) whole++;
      assertEquals(markdown, markdown!.toWellFormed());
    } catch (error) {
      assertEquals((error as { code?: string }).code, "unsupported_content", String(error));
    }
  }
  assert(whole > 5);
});

Deno.test("extractBody() ends soon on forms that draw each other and on text piled up", async () => {
  const deep = 30;
  const forms = Array.from(
    { length: deep },
    (_, k) =>
      stream(
        k + 1 < deep ? "/A Do /A Do" : "BT ET",
        `/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</A ${
          Math.min(5 + k + 1, 4 + deep)
        } 0 R>>>>`,
      ),
  );
  const bomb = pdfOf([
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</XObject<</A 5 0 R>>>>/Contents 4 0 R>>",
    stream("/A Do"),
    ...forms,
  ]);
  const began = performance.now();
  await assertRefused(() => read(bomb), "unsupported_content", /without text/);
  const piled = `BT /F1 10 Tf 50 700 Td ${"(word) Tj ".repeat(20_000)}${
    "(x) Tj 0 -9 Td (y) Tj 0 9 Td ".repeat(10_000)
  }ET`;
  await read(pagesOf([piled], { packed: true }), "application/pdf");
  assertLess(performance.now() - began, 15_000);
});
