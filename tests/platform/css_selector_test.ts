import { assert, assertEquals, assertThrows } from "@std/assert";
import { isNth, parseNth } from "../../src/platform/css_nth.ts";
import { selectorFault } from "../../src/platform/css_selector.ts";
import { buildTree } from "../../src/scraping/extract/build_tree.ts";
import { PageQuery } from "../../src/scraping/extract/fields/page_query.ts";

const GOOD = [
  "h1",
  "main > h1.title, [itemprop=name]",
  "a[href$='.pdf' i]",
  "li:nth-child(2n+1)",
  "p:not(.a, .b):has(> img)",
  "dt:contains('Weight') + dd",
  "*|*",
  "> li",
  ":scope",
  ":root",
  "מחיר",
  "div:has(p:has(a))",
];
for (const text of GOOD) {
  Deno.test(`selectorFault() passes ${text}, and it compiles`, () => {
    assertEquals(selectorFault(text), undefined);
    new PageQuery(buildTree("<p>x")).visit(text, undefined, () => {});
  });
}

const BAD: [string, string][] = [
  ["", "empty"],
  ["  ", "empty"],
  ["a[", "no CSS selector"],
  ["a >", "ends in a combinator"],
  ["a,", "no CSS selector"],
  ["a > > b", "no CSS selector"],
  ["p::text", "attribute"],
  ["p::attr(href)", "attribute"],
  ["a:hover", "not known"],
  ["a:nope", "not known"],
  ["a:nope(1)", "not known"],
  ["a:not()", "no CSS selector"],
  ["li:nth-child(x)", "a place such as"],
  ["li:nth-child(2 of .a)", "a place such as"],
  ["li:nth-child", "a place such as"],
  ["li:first-child(1)", "takes none"],
  ["p:contains()", "needs words"],
  ["svg|a", "namespace"],
  ["a[xlink|href]", "namespace"],
  ["a || b", "column combinator"],
  ["a:has(b:has(c:has(d)))", "at most 2"],
  [`${"a:not(".repeat(12)}b${")".repeat(12)}`, "at most 8"],
  [":not(".repeat(190), "no CSS selector"],
];
for (const [text, reason] of BAD) {
  Deno.test(`selectorFault() refuses ${JSON.stringify(text.slice(0, 40))}: ${reason}`, () => {
    const fault = selectorFault(text);
    assert(fault?.includes(reason), `${fault}`);
    assertThrows(() => new PageQuery(buildTree("")).visit(text, undefined, () => {}));
  });
}

Deno.test("every pseudo-class that selectorFault() passes compiles, so that none is refused in the sandbox", () => {
  const names =
    "root scope empty first-child last-child only-child first-of-type last-of-type only-of-type any-link " +
    "link disabled enabled checked required optional read-only read-write selected parent header button input text " +
    "checkbox file password radio reset image submit contains(a) icontains(a) lang(he) nth-child(1) nth-last-child(1) " +
    "nth-of-type(1) nth-last-of-type(1) is(a) where(a) matches(a) not(a) has(a)";
  const query = new PageQuery(buildTree("<select><option>1</select><p lang=he>x"));
  for (const name of names.split(" ")) {
    assertEquals(selectorFault(`:${name}`), undefined, name);
    query.visit(`:${name}`, undefined, () => {});
  }
});

Deno.test("parseNth() reads An+B as CSS does", () => {
  const places = (text: string) => {
    const nth = parseNth(text);
    return nth && [1, 2, 3, 4, 5, 6].filter((place) => isNth(place, nth));
  };
  assertEquals(places("3"), [3]);
  assertEquals(places("odd"), [1, 3, 5]);
  assertEquals(places("EVEN"), [2, 4, 6]);
  assertEquals(places("2n + 1"), [1, 3, 5]);
  assertEquals(places("-n+3"), [1, 2, 3]);
  assertEquals(places("n"), [1, 2, 3, 4, 5, 6]);
  assertEquals(places("+3n-1"), [2, 5]);
  assertEquals(places("-2n+5"), [1, 3, 5]);
  assertEquals(places("0"), []);
  for (const none of ["", "x", "2n+", "n n", "1.5", "2 of a", "- 3"]) {
    assertEquals(parseNth(none), undefined, none);
  }
});
