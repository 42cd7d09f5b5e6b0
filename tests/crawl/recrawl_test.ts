import { assertEquals } from "@std/assert";
import { CrawlBench, SITE } from "./bench.ts";

const DAY_MS = 86_400_000;
const RECRAWL = { site: "shop", intervals: { minS: 86_400, maxS: 8 * 86_400 } };

/** `path change` of those that have one. */
function changes(at: CrawlBench, id: string): string[] {
  return at.pagesOf(id).filter(({ change }) => change !== undefined)
    .map(({ url, change }) => `${url.slice(SITE.length)} ${change}`).toSorted();
}

Deno.test("a recrawl tells new, changed, unchanged and gone, also of pages that nothing links to any more", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/a", "/b", "/c"] }, "/a": {}, "/b": {}, "/c": {} };
  assertEquals(changes(at, at.run(RECRAWL)), ["/ new", "/a new", "/b new", "/c new"]);
  at.pages = {
    "/": { links: ["/a", "/d"], text: "another home page ".repeat(20) },
    "/a": {},
    "/c": { text: "written anew ".repeat(20) },
    "/d": {},
  };
  const id = at.run(RECRAWL);
  assertEquals(changes(at, id), ["/ changed", "/a unchanged", "/b gone", "/c changed", "/d new"]);
  assertEquals(at.core.get(id)!.changes, { new: 1, changed: 2, unchanged: 1, gone: 1, not_due: 0 });
  assertEquals(changes(at, at.run(RECRAWL)).includes("/b gone"), false, "told once");
});

Deno.test("pages known from a whole crawl are asked for with what is known of them; after another one they are read", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/a", "/b"] }, "/a": {}, "/b": {} };
  const known = (request: object) => {
    const id = at.begin({ ...RECRAWL, ...request });
    const tasks = at.next(id);
    const all = tasks.every((task) => task.known !== undefined);
    let more = tasks;
    while (more.length > 0) more = at.answer(more);
    return all;
  };
  assertEquals(known({ maxPages: 2 }), false, "nothing was known");
  assertEquals(known({ maxPages: 2 }), false, "there was more than the limit: links must be read again");
  assertEquals(known({ maxPages: 3 }), false, "asked with other limits");
  assertEquals(known({ maxPages: 3 }), true);
  assertEquals(known({ maxPages: 3, exclude: ["/b"] }), false);
});

Deno.test("dueOnly leaves a page alone longer the longer it has not changed, and asks sooner for one that has", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/still", "/lively"] }, "/still": {}, "/lively": {} };
  at.run(RECRAWL);
  const askedOn: Record<string, number[]> = { "/still": [], "/lively": [] };
  for (let day = 1; day <= 16; day++) {
    at.nowMs += DAY_MS;
    at.pages["/lively"] = { text: `news of day ${day} `.repeat(20) };
    at.asked.length = 0;
    const id = at.run({ ...RECRAWL, dueOnly: true });
    for (const path of Object.keys(askedOn)) if (at.asked.includes(path)) askedOn[path]!.push(day);
    assertEquals(at.core.get(id)!.counts.skipped + at.asked.length, 3);
  }
  assertEquals(askedOn["/still"], [1, 3, 7, 15]);
  assertEquals(askedOn["/lively"]!.length, 16);
});

Deno.test("a page that could not be read is asked for again by the next crawl", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/a"] }, "/a": { status: 503 } };
  at.run(RECRAWL);
  at.pages["/a"] = {};
  const id = at.run(RECRAWL);
  assertEquals(changes(at, id), ["/ unchanged", "/a new"]);
});

Deno.test("a duplicate is asked for again by the next crawl, and told of once it says something of its own", () => {
  using at = new CrawlBench();
  const long = "the very same words ".repeat(20);
  at.pages = { "/": { links: ["/a", "/copy"] }, "/a": { text: long }, "/copy": { text: long } };
  assertEquals(changes(at, at.run(RECRAWL)), ["/ new", "/a new"]);
  at.pages["/copy"] = { text: "words of its own ".repeat(20) };
  assertEquals(changes(at, at.run(RECRAWL)), ["/ unchanged", "/a unchanged", "/copy changed"]);
});
