import { assertEquals, assertThrows } from "@std/assert";
import { TaskError } from "../../../../src/platform/errors.ts";
import { type FieldSchema, fieldSchema } from "../../../../src/sandbox/field_schema.ts";
import { buildTree } from "../../../../src/scraping/extract/build_tree.ts";
import { queryFirst, readFields } from "../../../../src/scraping/extract/fields/mod.ts";
import { PageUrls } from "../../../../src/scraping/extract/page_url.ts";
import { textOf } from "../../../../src/scraping/extract/tree.ts";

/** Reads fields off a page as a request with them would: checked first. */
function read(html: string, fields: FieldSchema, language?: string): Record<string, unknown> {
  const urls = new PageUrls("https://shop.example/dir/page", undefined);
  return readFields(buildTree(html), fieldSchema.parse(fields), { urls, language });
}

/** One field's value. */
function one(html: string, field: FieldSchema[string], language?: string): unknown {
  return read(html, { it: field }, language).it;
}

Deno.test("readFields() gives each field under its name, null where nothing is found", () => {
  assertEquals(
    read(`<h1> Stage <b>piano</b>\n88</h1><p class="sku">SP-88</p>`, {
      name: { selector: "h1" },
      sku: { selector: "p.sku" },
      colour: { selector: ".colour" },
      tags: { selector: ".tag", many: true },
    }),
    { name: "Stage piano 88", sku: "SP-88", colour: null, tags: [] },
  );
});

Deno.test("a field takes the first selector that gives a value of its type, and the first element that does", () => {
  const html = `<p class="a">call us</p><p class="b">sold out</p><p class="b">1.299,90 €</p>`;
  assertEquals(one(html, { selector: [".none", ".a", ".b"], type: "price" }), "1299.90");
  assertEquals(one(html, { selector: [".none", ".a"], type: "price", default: "0" }), "0");
  assertEquals(one(html, { selector: ".b" }), "sold out");
});

Deno.test("many gives every value in the order of the page, its default where there is none", () => {
  const html = `<ul><li>1</li><li>x</li><li>3</li></ul>`;
  assertEquals(one(html, { selector: "li", many: true }), ["1", "x", "3"]);
  assertEquals(one(html, { selector: "li", many: true, type: "integer" }), [1, 3]);
  assertEquals(one(html, { selector: "b", many: true, default: "none" }), ["none"]);
});

Deno.test("fields of a field are read below each element it finds; :scope is that element", () => {
  const html = `<div class="item" data-id="1"><a href="/a">A</a><i>₪ 10</i></div>
    <div class="item"><p>advertisement</p></div>
    <div class="item" data-id="2"><a href="/b">B</a><i>₪ 2,000</i></div><a href="/out">Out</a>`;
  assertEquals(
    one(html, {
      selector: ".item",
      many: true,
      fields: {
        id: { selector: ":scope", attribute: "data-id", type: "integer" },
        link: { selector: "a", type: "url" },
        price: { selector: "i", type: "price" },
      },
    }),
    [
      { id: 1, link: "https://shop.example/a", price: "10" },
      { id: 2, link: "https://shop.example/b", price: "2000" },
    ],
  );
});

Deno.test("a nested selector sees what stands below its element alone, whatever ran before it", () => {
  const html = `<section><div><p>one</p></div></section><section><p>two</p></section>`;
  const found = one(html, {
    selector: "section",
    many: true,
    // `:has()` and an outer combinator are what css-select keeps answers of.
    fields: {
      deep: { selector: "div p", default: "-" },
      has: { selector: ":scope:has(> p)", type: "text" },
      inner: { selector: "> p" },
    },
  });
  assertEquals(found, [
    { deep: "one", has: null, inner: null },
    { deep: "-", has: "two", inner: "two" },
  ]);
});

Deno.test("a search goes on below its own element after the fields within it have searched below others", () => {
  const html =
    `<section><div><b>1</b></div><div><b>2</b></div></section><section><div><b>3</b></div></section>`;
  const b = { selector: "b" };
  const divs = { selector: "div", many: true, fields: { b } };
  assertEquals(one(html, { selector: "section", many: true, fields: { divs } }), [
    { divs: [{ b: "1" }, { b: "2" }] },
    { divs: [{ b: "3" }] },
  ]);
});

Deno.test("what was found below an outer element is not taken for the answer below one within it", () => {
  const html = `<div><p><span><i>x</i></span></p></div>`;
  // Of `:has()` css-select keeps which ancestors matched; below the span there is no paragraph.
  const fields = { tag: { selector: "i" }, x: { selector: "p:has(i) i" } };
  assertEquals(one(html, { selector: "div, span", many: true, fields }), [
    { tag: "x", x: "x" },
    { tag: "x", x: null },
  ]);
});

Deno.test("a nested selector does not find the element it is looked for below, unless it says :scope", () => {
  const html = `<div class="box">outer <div class="box">inner</div></div>`;
  const fields = {
    box: { selector: "div.box" },
    own: { selector: ":scope.box" },
    other: { selector: ":scope.no" },
  };
  assertEquals(one(html, { selector: "div.box", fields }), {
    box: "inner",
    own: "outer inner",
    other: null,
  });
});

Deno.test("a nested selector that begins with + reads what stands beside its element", () => {
  const html = `<dl><dt>Keys</dt><dd>88</dd><dt>Weight</dt><dd>14 kg</dd></dl>`;
  assertEquals(
    one(html, {
      selector: "dt",
      many: true,
      fields: { name: { selector: ":scope" }, value: { selector: "+ dd" } },
    }),
    [{ name: "Keys", value: "88" }, { name: "Weight", value: "14 kg" }],
  );
});

const selectors: [string, string[]][] = [
  ["html > body > ul > li:first-child", ["1"]],
  ["html[lang=he] li:nth-child(2)", ["2"]],
  [":root li:last-child", ["5"]],
  ["li:nth-child(odd)", ["1", "3", "5"]],
  ["li:nth-child(-n+2)", ["1", "2"]],
  ["li:nth-last-child(2)", ["4"]],
  ["b:nth-of-type(2)", ["y"]],
  ["b:only-of-type", ["z"]],
  ["b:first-of-type", ["x", "z"]],
  ["b:last-of-type", ["y", "z"]],
  ["li + li.k", ["3"]],
  ["li.k ~ li", ["4", "5"]],
  ["li:not(.k):contains('4')", ["4"]],
  ["p:has(> b + b)", ["x y"]],
  ["p:has(b):not(:has(b + b)) b", ["z"]],
  ["[data-a^='on' i]", ["1"]],
  ["[hidden]", ["2"]],
  ["p:only-child", []],
  ["title", ["T"]],
];
for (const [selector, texts] of selectors) {
  Deno.test(`a field finds ${selector}`, () => {
    const html = `<html lang="he"><head><title>T</title></head><body><ul><li data-a="ONE">1<li hidden>2` +
      `<li class="k">3<li>4<li>5</ul><p><b>x</b> <b>y</b></p><p><b>z</b></p></body></html>`;
    assertEquals(one(html, { selector, many: true }), texts);
  });
}

Deno.test("scripts, styles and frames are not there to be found; what is hidden or in noscript is", () => {
  const html = `<script class=x>1</script><style class=x>2</style><iframe class=x></iframe>
    <p class=x style="display:none">hidden</p><noscript><img class=x src=/i.png alt=a></noscript>`;
  assertEquals(one(html, { selector: ".x", many: true, type: "text" }), ["hidden"]);
  assertEquals(one(html, { selector: "noscript .x", type: "url" }), "https://shop.example/i.png");
});

const values: [string, FieldSchema[string], unknown, string?][] = [
  [`<p>−12,5 °C`, { selector: "p", type: "number" }, -12.5],
  [`<p>from 1 299,90`, { selector: "p", type: "number" }, 1299.9],
  [`<p>model A-12`, { selector: "p", type: "number" }, 12],
  [`<p>1.250 kg`, { selector: "p", type: "number" }, 1.25, "en"],
  [`<p>1.250 kg`, { selector: "p", type: "number" }, 1250, "de"],
  [`<p>1,250 kg`, { selector: "p", type: "number" }, 1.25, "fr"],
  [`<p>1,250 kg`, { selector: "p", type: "number" }, 1250, "he"],
  [`<p>٣٫٥`, { selector: "p", type: "number" }, 3.5],
  [`<p>none`, { selector: "p", type: "number" }, null],
  [`<meta itemprop=weight content="1.250">`, { selector: "meta", type: "number" }, 1.25],
  [`<p>88 keys`, { selector: "p", type: "integer" }, 88],
  [`<p>4.7`, { selector: "p", type: "integer" }, null],
  [`<p>₪3,490.00`, { selector: "p", type: "price" }, "3490"],
  [`<span itemprop=price content="1299.9">ask</span>`, { selector: "span", type: "price" }, "1299.90"],
  [`<p>₪3,490.00`, { selector: "p", type: "currency" }, "ILS"],
  [`<p>Yes`, { selector: "p", type: "boolean" }, true],
  [`<p>לא`, { selector: "p", type: "boolean" }, false],
  [`<p>maybe`, { selector: "p", type: "boolean" }, null],
  [`<p>In stock`, { selector: "p", type: "boolean", pattern: "[Ii]n stock" }, true],
  [`<p>Sold out`, { selector: "p", type: "boolean", pattern: "[Ii]n stock" }, false],
  [`<input disabled>`, { selector: "input", type: "boolean", attribute: "disabled" }, true],
  [`<a href="../m.pdf#p">Manual`, { selector: "a", type: "url" }, "https://shop.example/m.pdf#p"],
  [`<a href="javascript:alert(1)">x`, { selector: "a", type: "url" }, null],
  [`<a href="mailto:a@b.example">x`, { selector: "a", type: "url" }, null],
  [
    `<img src="data:x" data-src="/real.png">`,
    { selector: "img", type: "url" },
    "https://shop.example/real.png",
  ],
  [`<a data-u="/x">`, { selector: "a", attribute: "DATA-U", type: "url" }, "https://shop.example/x"],
  [`<p>SKU: SP-88 (black)`, { selector: "p", pattern: "SKU:\\s*(\\S+)" }, "SP-88"],
  [`<p>SKU: SP-88`, { selector: "p", pattern: "EAN (\\d+)" }, null],
  [`<p>Weight: 14,8 kg`, { selector: "p", pattern: "Weight: .*", type: "number" }, 14.8],
  [`<div><p onclick=x class=y>Hi <a href="/a">a</a></p><script>1</script></div>`, {
    selector: "div",
    type: "html",
  }, `<p>Hi <a href="https://shop.example/a">a</a></p>`],
  [
    `<div><h2>Sound</h2><ul><li>192 voices</ul></div>`,
    { selector: "div", type: "markdown" },
    "## Sound\n\n- 192 voices",
  ],
];
for (const [html, field, expected, language] of values) {
  Deno.test(`a field of ${field.type ?? "text"} reads ${html} as ${JSON.stringify(expected)} ${language ?? ""}`, () => {
    assertEquals(one(html, field, language), expected);
  });
}

const dates: [string, string | null, string?][] = [
  ["2026-11-24", "2026-11-24"],
  ["Posted 2026-11-24 18:26", "2026-11-24T18:26:00"],
  ["2026-11-24T18:26:51+02:00", "2026-11-24T16:26:51Z"],
  ["2026-11-24T18:26:51.123Z", "2026-11-24T18:26:51Z"],
  ["Tue, 24 Nov 2026 18:26:51 GMT", "2026-11-24T18:26:51Z"],
  ["Tue, 24 Nov 2026 18:26:51 -0500", "2026-11-24T23:26:51Z"],
  ["November 24th, 2026", "2026-11-24"],
  ["24 November 2026, 6:05 pm", "2026-11-24T18:05:00"],
  ["Nov. 4, 2026", "2026-11-04"],
  ["24.11.2026", "2026-11-24"],
  ["4/11/26", "2026-11-04"],
  ["4/11/2026", "2026-04-11", "en-US"],
  ["4/11/2026", "2026-11-04", "en-GB"],
  ["11/24/2026", "2026-11-24", "de"],
  ["2026/11/04", "2026-11-04"],
  ["24 בנובמבר 2026", "2026-11-24", "he"],
  ["24. März 2026", "2026-03-24", "de"],
  ["24 ноября 2026 г.", "2026-11-24", "ru"],
  ["le 1er février 2026", "2026-02-01", "fr"],
  ["1764009011", "2025-11-24T18:30:11Z"],
  ["31.02.2026", null],
  ["2026/13/04", null],
  ["version 1.2.3", null],
  ["may be 12 or 2026", null],
  ["soon", null],
];
for (const [text, expected, language] of dates) {
  Deno.test(`a field of date reads "${text}" as ${expected} ${language ?? ""}`, () => {
    assertEquals(one(`<p>${text}</p>`, { selector: "p", type: "date" }, language), expected);
  });
}

Deno.test("a field of date prefers what a time element says to programs", () => {
  const html = `<time datetime="2026-11-24T18:26:51Z">an hour ago</time>`;
  assertEquals(one(html, { selector: "time", type: "date" }), "2026-11-24T18:26:51Z");
  assertEquals(one(html, { selector: "time" }), "an hour ago");
});

Deno.test("readFields() is bounded in matches, characters of a value and characters of all", () => {
  const items = "<li>x</li>".repeat(3000);
  assertEquals((one(items, { selector: "li", many: true }) as string[]).length, 1000);
  assertEquals((one(`<p>${"y".repeat(50_000)}`, { selector: "p" }) as string).length, 20_000);
  const long = `<p>${"z".repeat(20_000)}</p>`.repeat(900);
  const fields = { a: { selector: "p", many: true }, b: { selector: "p" } };
  const all = read(long, fields) as { a: string[]; b: string | null };
  assertEquals(all.a.length, 200);
  assertEquals(all.b, null);
});

Deno.test("a field named like what objects inherit is a field", () => {
  const fields = JSON.parse(`{"constructor": {"selector": "p"}, "__proto__": {"selector": "p"}}`);
  const urls = new PageUrls("https://shop.example/", undefined);
  const found = readFields(buildTree("<p>x"), fields, { urls });
  assertEquals(JSON.stringify(found), `{"constructor":"x","__proto__":"x"}`);
});

Deno.test("readFields() refuses a selector that is none, though nobody checked it before", () => {
  const urls = new PageUrls("https://shop.example/", undefined);
  const error = assertThrows(
    () => readFields(buildTree(""), { a: { selector: "p:nope" } }, { urls }),
    TaskError,
  );
  assertEquals(error.code, "invalid_input");
});

Deno.test("queryFirst() finds the first element of a selector, or none", () => {
  const page = buildTree(`<a rel="next" href="/2">next</a><a rel="next" href="/3">later</a>`);
  assertEquals(textOf(queryFirst(page, "a[rel=next]")!), "next");
  assertEquals(queryFirst(page, "a[rel=prev]"), undefined);
});
