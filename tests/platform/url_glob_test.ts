import { assert, assertEquals } from "@std/assert";
import { matchesGlob, passesGlobs } from "../../src/platform/url_glob.ts";
import { cleanUrl, urlKey } from "../../src/platform/url_key.ts";

const url = (text: string) => new URL(text, "https://shop.example");

Deno.test("a glob with a slash first is of path and query, any other of the whole URL; `$` is the end", () => {
  const cases: [glob: string, path: string, fits: boolean][] = [
    ["/products/", "/products/piano?c=1", true],
    ["/products/", "/en/products/", false],
    ["*/products/", "/en/products/", true],
    ["/*.pdf$", "/manuals/a.pdf", true],
    ["/*.pdf$", "/manuals/a.pdf?x", false],
    ["*?sort=", "/list?sort=price", true],
    ["/a*b*c$", "/abbc", true],
    ["/a*bc*c$", "/abc", false],
    ["https://shop.example/x", "/x/y", true],
    ["http://shop.example/", "/x", false],
    ["/", "/", true],
  ];
  for (const [glob, path, fits] of cases) {
    assertEquals([glob, path, matchesGlob(url(path), glob)], [glob, path, fits]);
  }
});

Deno.test("exclude wins over include; without include everything passes", () => {
  assert(passesGlobs(url("/a"), { include: [], exclude: ["/b"] }));
  assert(!passesGlobs(url("/a/x"), { include: ["/a"], exclude: ["/a/x"] }));
  assert(!passesGlobs(url("/c"), { include: ["/a", "/b"], exclude: [] }));
});

Deno.test("a glob of many stars ends at once on a text that nearly fits", () => {
  const beganMs = performance.now();
  assert(!matchesGlob(url(`/${"a".repeat(2000)}`), `/${"a*".repeat(200)}b`));
  assert(performance.now() - beganMs < 1000);
});

Deno.test("urlKey() is one for every address of a page, and another one for another page", () => {
  const same = [
    "/p?b=2&a=1",
    "/p?a=1&b=2#part",
    "/p?a=1&utm_source=x&b=2",
    "/p;jsessionid=AB?a=1&b=2",
    "/%70?a=1&b=2&fbclid=z",
  ];
  assertEquals(new Set(same.map((each) => urlKey(url(each)))).size, 1);
  const others = ["/p?a=1&b=2", "/p?a=2&b=1", "/P?a=1&b=2", "/p", "/p/", "/p?a=1", "/p%2Fq", "/p/q"];
  assertEquals(new Set(others.map((each) => urlKey(url(each)))).size, others.length);
});

Deno.test("cleanUrl() leaves what it keeps as it was written", () => {
  assertEquals(cleanUrl(url("/a?q=%D7%90+b&gclid=1&x#y")).href, "https://shop.example/a?q=%D7%90+b&x");
});
