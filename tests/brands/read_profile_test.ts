import { assert, assertEquals } from "@std/assert";
import { readProfile } from "../../src/brands/mod.ts";
import type { BrandProfile } from "../../src/brands/port.ts";

function profileOf(text: string): BrandProfile {
  const read = readProfile(text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.profile;
}

/** `line:column path message`, one for each error. */
function faults(text: string): string[] {
  const read = readProfile(text);
  assert("errors" in read, "expected errors");
  return read.errors.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
}

Deno.test("readProfile() reads every key of a profile", () => {
  const profile = profileOf(`
brand: halilit
title: Halilit
hosts: [Shop.Example, "*.shop.example", מחיר.example]
start_urls: [https://shop.example/catalogue]
include: [/products/]
exclude: ["*?sort="]
sitemap: only
max_depth: 3
max_pages: 500
formats: [markdown, product]
fields:
  price: { selector: [".price", "[itemprop=price]"], type: price }
next_selector: a.next
politeness: { concurrency: 2, delay_s: 0.5 }
freshness: { max_age_s: 3600, stale_ok_s: 86400, min_interval_s: 600, max_interval_s: 7200 }
render: auto
index: false
headers: { accept-language: he }
`);
  assertEquals(profile, {
    brand: "halilit",
    title: "Halilit",
    hosts: [
      "shop.example",
      "*.shop.example",
      new URL("http://מחיר.example").hostname,
    ],
    startUrls: ["https://shop.example/catalogue"],
    include: ["/products/"],
    exclude: ["*?sort="],
    sitemap: "only",
    maxDepth: 3,
    maxPages: 500,
    formats: ["markdown", "product"],
    fields: { price: { selector: [".price", "[itemprop=price]"], type: "price" } },
    nextSelector: "a.next",
    politeness: { concurrency: 2, delayMs: 500 },
    freshness: { maxAgeS: 3600, staleOkS: 86400, minIntervalS: 600, maxIntervalS: 7200 },
    render: "auto",
    index: false,
    headers: { "accept-language": "he" },
  });
});

Deno.test("readProfile() fills in what a profile leaves out; JSON is YAML", () => {
  const profile = profileOf(`{"brand": "a", "hosts": ["a.example", "*.a.example"]}`);
  assertEquals(profile.startUrls, ["https://a.example/"]);
  assertEquals(profile.include, []);
  assertEquals(profile.sitemap, "include");
  assertEquals(profile.maxDepth, 10);
  assertEquals(profile.maxPages, 10_000);
  assertEquals(profile.politeness, { concurrency: undefined, delayMs: undefined });
  assertEquals(profile.freshness.minIntervalS, 3600);
  assertEquals(profile.render, "never");
  assertEquals(profile.index, true);
});

Deno.test("readProfile() tells each error with the line and the column where it stands", () => {
  assertEquals(
    faults(`brand: my brand
hosts:
  - shop.example
  - https://shop.example/
start_urls:
  - https://shop.example/
  - https://other.example/x
colour: red
max_depth: -1
fields:
  price:
    selector: ".price["
    kind: price
  "bad name": { selector: p }
  list:
    selector:
      - h1
      - p::text
politeness:
  concurrency: many
`),
    [
      "1:8 brand must be 1 to 64 letters, digits, '_', '.' or '-', and not begin with '.'",
      "4:5 hosts.1 must be a host such as example.com, or *.example.com for every host below it",
      "8:1 colour unknown key",
      "9:12 max_depth Too small: expected number to be >=0",
      "12:15 fields.price.selector is no CSS selector: Expected name, found the end",
      "13:5 fields.price.kind unknown key",
      "14:3 fields.bad name must be a name of 1 to 64 letters, digits, '_', '.' or '-'",
      "18:9 fields.list.selector.1 must not use ::text: a field reads the text, or its `attribute`",
      "20:16 politeness.concurrency Invalid input: expected number, received string",
    ],
  );
});

const faulty: [string, string, string[]][] = [
  ["nothing", "\n\n", ["1:1  is empty"]],
  ["a word", "hello", ["1:1  Invalid input: expected object, received string"]],
  ["a missing key", "\ntitle: x\nbrand: a\n", [
    "2:1 hosts Invalid input: expected array, received undefined",
  ]],
  ["a start page of another host", "brand: a\nhosts: [a.example]\nstart_urls:\n  - http://b.example/\n", [
    "4:5 start_urls.0 must be of one of the profile's hosts",
  ]],
  ["a key given twice", "brand: a\nhosts: [a.example]\nbrand: b\n", [`3:1  "brand" is given twice`]],
  ["YAML that is none", "brand: a\nhosts: [a.example\nrender: auto\n", [
    "3:1  Flow sequence in block collection must be sufficiently indented and end with a ]",
  ]],
  ["two documents", "brand: a\n---\nbrand: b\n", [
    "2:1  Source contains multiple documents; please use YAML.parseAllDocuments()",
  ]],
  [
    "intervals the wrong way round",
    "brand: a\nhosts: [a.example]\nfreshness:\n  min_interval_s: 100\n  max_interval_s: 90\n",
    [
      "5:19 freshness.max_interval_s must not be less than min_interval_s",
    ],
  ],
  ["json among the formats", "brand: a\nhosts: [a.example]\nformats: [markdown, json]\n", [
    `3:21 formats.1 Invalid option: expected one of "markdown"|"html"|"raw_html"|"text"|"links"|"metadata"|"product"|"tables"`,
  ]],
  [
    "a type beside fields",
    "brand: a\nhosts: [a.example]\nfields:\n  a:\n    selector: p\n    type: text\n    fields: {}\n",
    [
      "6:11 fields.a.type must not stand beside `fields`, which makes an object of it",
    ],
  ],
  ["a header of the fetcher's", "brand: a\nhosts: [a.example]\nheaders:\n  host: b\n", [
    "4:3 headers.host unknown key",
  ]],
  [
    "an error behind an alias",
    "brand: a\nhosts: [a.example]\nfields:\n  a: &a\n    selector: 'p['\n  b: *a\n",
    [
      "5:15 fields.a.selector is no CSS selector: Expected name, found the end",
      "5:15 fields.b.selector is no CSS selector: Expected name, found the end",
    ],
  ],
];
for (const [what, text, expected] of faulty) {
  Deno.test(`readProfile() refuses ${what}`, () => assertEquals(faults(text), expected));
}

const hosts: [string, boolean][] = [
  ["127.0.0.1", true],
  ["localhost", true],
  ["*.co.example", true],
  ["a_b.example", true],
  ["*", false],
  ["a.*.example", false],
  ["a.example:8080", false],
  ["a.example/x", false],
  ["user@a.example", false],
  ["[::1]", false],
  ["*.127.0.0.1", false],
  ["a..example", false],
  ["", false],
];
for (const [host, good] of hosts) {
  Deno.test(`a profile ${good ? "takes" : "refuses"} the host "${host}"`, () => {
    assertEquals("profile" in readProfile(JSON.stringify({ brand: "a", hosts: [host] })), good);
  });
}

/** Minutes or gigabytes to a parser that takes whatever comes. */
const HOSTILE: Record<string, string> = {
  "explicit keys": "? ".repeat(60_000),
  "explicit keys in a list": `[${"? ".repeat(60_000)}`,
  "nested lists": "[".repeat(120_000),
  "nested maps": "{a: ".repeat(30_000),
  "lists in lists": "- ".repeat(60_000),
  "anchors that double": Array.from(
    { length: 60 },
    (_, i) => `a${i}: &a${i} [${i ? `*a${i - 1}, *a${i - 1}` : 1}]`,
  ).join("\n"),
  "many keys": Array.from({ length: 9_000 }, (_, i) => `k${i}: 1`).join("\n"),
  "a long text": "x".repeat(200_000),
  "tags": "!a ".repeat(40_000),
};
for (const [what, text] of Object.entries(HOSTILE)) {
  Deno.test(`readProfile() refuses ${what} before they hold the thread`, () => {
    const began = performance.now();
    const read = readProfile(text);
    assert("errors" in read && read.errors.length > 0 && read.errors.length <= 100);
    // Some 300 ms on a quiet machine at most; unguarded, minutes.
    assert(performance.now() - began < 5000, `${performance.now() - began}`);
  });
}
