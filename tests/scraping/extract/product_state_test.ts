import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readLiteral } from "../../../src/scraping/extract/product/js_literal.ts";
import { extractText } from "../fixture_page.ts";

const read = (text: string) => readLiteral(text, 0, { chars: 1_000_000, values: 100_000 })?.value;

Deno.test("readLiteral() reads what scripts write and JSON does not have", () => {
  assertEquals(read(`{a: 1, 'b': "x\\u00e9", /* c */ c: [true, null, ,2.5], d: \`t\`, e: !0,}`), {
    a: 1,
    b: "xé",
    c: [true, null, 2.5],
    d: "t",
    e: true,
  });
  assertEquals(read("{a: price, b: f(1, 2), c: 3}"), { a: undefined, b: undefined, c: 3 });
  assertEquals(read("{a: 1"), undefined);
  assertEquals(read("{a: function () { return 1; }}"), undefined);
});

Deno.test("readLiteral() reads all that JSON.stringify() writes", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify([value]);
      fc.pre(!text.includes("__proto__"));
      assertEquals(JSON.stringify(read(text)), text);
    }),
    { examples: [[{ a: [{ b: "\u2028\\" }] }]] },
  );
});

Deno.test("readLiteral() pays for what it searched in vain, so that nobody makes it search again and again", () => {
  const budget = { chars: 500_000, values: 1000 };
  assertEquals(readLiteral("{/*" + "x={/*".repeat(10_000), 0, budget), undefined);
  assert(budget.chars <= 500_000 - 50_000);
});

Deno.test("readLiteral() never fails otherwise than by reading nothing", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."{}[]:,'\"`\\/*a1 \n") }), (text) => {
    readLiteral(`{${text}`, 0, { chars: 1000, values: 1000 });
  }));
});

Deno.test("extractPage() finds the page's product in the state of an application", () => {
  const state = {
    props: {
      related: [{ name: "Another lamp", sku: "L-1", price: 5 }],
      product: {
        name: "Desk lamp",
        sku: "L-200",
        brand: { name: "Exemplar" },
        price: { value: 39.5, currency: "EUR" },
      },
    },
  };
  const { product } = extractText(
    `<title>Desk lamp</title><script id="__NEXT_DATA__" type="application/json">${
      JSON.stringify(state)
    }</script>
    <h1>Desk lamp</h1><button class="buy-now">Buy</button>`,
  );
  assertEquals(product?.price, { value: "39.50", source: "embedded-state", confidence: 0.6 });
  assertEquals(product?.brand?.value, "Exemplar");
  assertEquals(product?.sku?.value, "L-200");
});

Deno.test("extractPage() reads a pushed layer, and prices in cents as the page shows them", () => {
  const { product } = extractText(
    `<title>Desk lamp</title><script>window.dataLayer = window.dataLayer || [];
    dataLayer.push({'event': 'detail', ecommerce: {products: [{name: 'Desk lamp', id: user.id, 'price': 3950,
      variants: [{sku: 'L-200-W', available: false}, {sku: 'L-200-B', available: true}]}]}});</script>
    <h1>Desk lamp</h1><p class="price">39,50 €</p><button class="add-to-cart">Add to cart</button>`,
  );
  assertEquals(product?.price, { value: "39.50", source: "embedded-state", confidence: 0.6 });
  assertEquals(product?.sku, { value: "L-200-B", source: "embedded-state", confidence: 0.45 });
});

Deno.test("extractPage() takes nothing from the state that is about another product", () => {
  const { product } = extractText(
    `<title>Desk lamp</title><script>var all = [{name: "Floor lamp", sku: "F-100", price: 5}]</script>
    <h1>Desk lamp</h1><p class="price">39,50 €</p><button class="add-to-cart">Add to cart</button>`,
  );
  assertEquals(product?.price?.value, "39.50");
  assertEquals(product?.sku, undefined);
});

const SHOP = `<title>Thing number one</title><h1>Thing number one</h1><p class="price">15,50 €</p>
  <button class="buy-now">Buy</button>`;
const many = 50_000;
const hostile: Record<string, string> = {
  "prices in names of their own": Array.from(
    { length: many },
    (_, i) => `<i class="price-${i} old">€ ${i}</i>`,
  ).join(""),
  "labels of nothing": `<div>${"<b>SKU</b>".repeat(many)}</div>`,
  "elements in elements named price": `${"<div class=price>".repeat(200)}${"<b></b>".repeat(many)}`,
  "literals in literals": `<script>var price = ${"{a:".repeat(many)}</script>`,
  "literals never ended": `<script>var price; ${"x={a:1,b:'={',".repeat(many)}</script>`,
  "comments never ended": `<script>var price; ${"x={/*".repeat(many * 2)}</script>`,
  "JSON nested deep": `<script type="application/json">{"price":${"[".repeat(many)}${
    "]".repeat(many)
  }}</script>`,
  "rows of specifications": "<ul class=specs><li><b>SKU</b><i>A1</i></li></ul>".repeat(many),
  "white space in a price": `<span class="price">${" ".repeat(2_000_000)}1 €</span>`,
};
for (const [name, html] of Object.entries(hostile)) {
  Deno.test(`extractPage() ends soon on ${name}`, () => {
    const started = performance.now();
    const { product } = extractText(SHOP + html);
    assertEquals(product?.price?.value, "15.50");
    assert(performance.now() - started < 10_000);
  });
}
