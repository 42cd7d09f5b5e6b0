import { assertEquals, assertLess } from "@std/assert";
import { extractText } from "../fixture_page.ts";

const tables = (html: string) => extractText(html).tables;

Deno.test("tables have their caption, headers and rows", () => {
  assertEquals(
    tables("<table><caption>Sizes</caption><tr><th>Name<th>Width<tr><td>A <b>b</b><td>1 | 2</table>"),
    [{ caption: "Sizes", headers: ["Name", "Width"], rows: [["A b", "1 | 2"]] }],
  );
});

Deno.test("tables repeat what spans cells, and join headers that stand above one another", () => {
  assertEquals(
    tables(`<table><thead><tr><th rowspan=2>Model<th colspan=2>Price<tr><th>old<th>new</thead>
      <tr><td rowspan=2>X<td>1<td>2<tr><td colspan=2>sold out</table>`),
    [{
      headers: ["Model", "Price old", "Price new"],
      rows: [["X", "1", "2"], ["X", "sold out", "sold out"]],
    }],
  );
});

Deno.test("tables of names and values have rows and no headers", () => {
  assertEquals(tables("<table><tr><th>Keys<td>88<tr><th>Colour<td>black</table>"), [
    { headers: [], rows: [["Keys", "88"], ["Colour", "black"]] },
  ]);
});

Deno.test("tables that lay a page out are none, but one inside them is", () => {
  assertEquals(
    tables("<table><tr><td><h1>Shop</h1><td><table><tr><th>a<th>b<tr><td>1<td>2</table></table>"),
    [{ headers: ["a", "b"], rows: [["1", "2"]] }],
  );
  assertEquals(tables("<table role=presentation><tr><td>a<td>b<tr><td>1<td>2</table>"), []);
});

Deno.test("tables of a hostile page are bounded", () => {
  const cell = `<td colspan=1000000 rowspan=1000000>x`;
  const found = tables(`<table>${`<tr>${cell.repeat(50)}`.repeat(2000)}</table>`)!;
  assertLess(found.reduce((sum, { rows }) => sum + rows.flat().length, 0), 100_001);
});
