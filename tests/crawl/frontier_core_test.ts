import { assert, assertEquals, assertThrows } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { CrawlBench, SITE } from "./bench.ts";

Deno.test("a crawl follows links of its site, each page once, whatever it is called", () => {
  using at = new CrawlBench();
  at.pages = {
    "/": {
      links: [
        "/a",
        "/a#part",
        "/a?utm_source=x",
        "/b?y=2&x=1",
        "https://other.example/",
        "/photo.jpg",
        "mailto:x@y",
      ],
    },
    "/a": { links: ["/", "/b?x=1&y=2"] },
    "/b?y=2&x=1": { links: ["/c"] },
    "/c": {},
  };
  const id = at.run();
  assertEquals(at.states(id), ["/ completed", "/a completed", "/b?y=2&x=1 completed", "/c completed"]);
  assertEquals(at.asked, ["/", "/a", "/b?y=2&x=1", "/c"]);
  assertEquals(at.pagesOf(id).map(({ depth, foundOn }) => [depth, foundOn?.slice(SITE.length)]), [
    [0, undefined],
    [1, "/"],
    [1, "/"],
    [2, "/b?y=2&x=1"],
  ]);
});

Deno.test("depth, limit of pages, include and exclude bound a crawl, and it says when there was more", () => {
  using at = new CrawlBench();
  at.pages = {
    "/": { links: ["/p/1", "/p/2", "/q/1"] },
    "/p/1": { links: ["/p/deep"] },
    "/p/2": {},
    "/p/deep": {},
  };
  assertEquals(at.states(at.run({ include: ["/p/"], exclude: ["/p/2$"], maxDepth: 1 })), [
    "/ completed",
    "/p/1 completed",
  ]);
  const limited = at.run({ maxPages: 2 });
  assertEquals(at.states(limited), ["/ completed", "/p/1 completed"]);
  assertEquals(at.core.get(limited)!.limitReached, true);
  assertEquals(at.core.get(at.run({ maxPages: 4, maxDepth: 1, exclude: ["/q"] }))!.limitReached, false);
});

Deno.test("twice as many pages as may run are asked for at a time, and as one ends the next", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/1", "/2", "/3", "/4", "/5"] } };
  const id = at.begin({ maxConcurrent: 1 });
  const first = at.next(id);
  assertEquals(first.length, 1);
  const two = at.answer(first);
  assertEquals(two.length, 2);
  assertEquals(at.next(id), []);
  assertEquals(at.core.get(id)!.counts.active, 2);
  assertEquals(at.answer(two.slice(0, 1)).length, 1);
});

Deno.test("a crawl opened anew goes on where it was, and what is told twice counts once", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/1", "/2"] }, "/1": {}, "/2": {} };
  const id = at.begin();
  const tasks = at.answer(at.next(id));
  at.reopen();
  assertEquals(at.core.unfinished().map(({ crawlId }) => crawlId), [id]);
  assertEquals(at.core.active(id), tasks);
  at.answer(tasks);
  const before = at.core.get(id)!;
  assertEquals(before.status, "completed");
  at.answer(tasks);
  assertEquals(at.core.get(id), before);
  assertEquals(Object.values(before.counts).reduce((a, b) => a + b, 0), 3);
});

Deno.test("a page that is another one under a second address is a duplicate, and its links are not followed", () => {
  using at = new CrawlBench();
  const long = "the very same words ".repeat(20);
  at.pages = {
    "/": { links: ["/a", "/copy", "/old", "/a?print=1", "/short1", "/short2"] },
    "/a": { text: long },
    "/copy": { text: long, links: ["/trap"] },
    "/old": { more: { final_url: `${SITE}/a` }, text: "moved ".repeat(50) },
    "/a?print=1": { text: "printed ".repeat(50), more: { canonical_url: `${SITE}/a` } },
    "/short1": { text: "none" },
    "/short2": { text: "none" },
  };
  const id = at.run();
  assertEquals(at.states(id), [
    "/ completed",
    "/a completed",
    "/copy duplicate",
    "/old duplicate",
    "/a?print=1 duplicate",
    "/short1 completed",
    "/short2 completed",
  ]);
  assertEquals(at.pagesOf(id)[2]!.duplicateOf, `${SITE}/a`);
  assert(!at.asked.includes("/trap"));
});

Deno.test("a home page that is called canonical by all does not make them one", () => {
  using at = new CrawlBench();
  at.pages = {
    "/": { links: ["/a"] },
    "/a": { more: { canonical_url: `${SITE}/` }, links: ["/b"] },
    "/b": {},
  };
  assertEquals(at.states(at.run()), ["/ completed", "/a completed", "/b completed"]);
});

Deno.test("a start page that redirects to another host takes the crawl there", () => {
  using at = new CrawlBench();
  const there = "http://elsewhere.example";
  at.pages = { "/": { more: { final_url: `${there}/`, links: [{ url: `${there}/a` }] } } };
  const id = at.begin();
  assertEquals(at.answer(at.next(id)).map(({ url }) => url), [`${there}/a`]);
});

Deno.test("nofollow of a page and of a link is obeyed where robots.txt is", () => {
  using at = new CrawlBench();
  at.pages = {
    "/": { more: { links: [{ url: `${SITE}/a`, rel: "nofollow" }, { url: `${SITE}/b` }] } },
    "/b": { links: ["/c"], more: { directives: ["nofollow"] } },
  };
  assertEquals(at.states(at.run()), ["/ completed", "/b completed"]);
  const free = at.run({ scrape: { respectRobots: false } });
  assertEquals(at.pagesOf(free).length, 4);
});

Deno.test("sitemaps: beside links, alone, or not; one that cannot be read is a warning", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/linked"] }, "/linked": {}, "/mapped": { links: ["/linked"] } };
  at.sitemap = ["/mapped"];
  assertEquals(at.states(at.run({ sitemap: "include" })).toSorted(), [
    "/ completed",
    "/linked completed",
    "/mapped completed",
  ]);
  assertEquals(at.states(at.run({ sitemap: "only" })), ["/mapped completed"]);
  at.sitemap = undefined;
  const id = at.run({ sitemap: "include" });
  assertEquals(at.states(id).length, 2);
  assertEquals(at.core.get(id)!.warnings, [`Cannot read the sitemaps of ${SITE}: none`]);
});

Deno.test("pagination does not count as depth", () => {
  using at = new CrawlBench();
  at.pages = {
    "/": { more: { next_url: `${SITE}/2` }, links: ["/item"] },
    "/2": { more: { next_url: `${SITE}/3` } },
    "/3": { links: ["/item3"] },
    "/item": { links: ["/too/deep"] },
    "/item3": {},
  };
  assertEquals(at.states(at.run({ maxDepth: 1 })).toSorted(), [
    "/ completed",
    "/2 completed",
    "/3 completed",
    "/item completed",
    "/item3 completed",
  ]);
});

Deno.test("cancel() drops what waits, names what runs, and the books balance when that has ended", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/1", "/2", "/3"] } };
  const id = at.begin({ maxConcurrent: 1 });
  const running = at.answer(at.next(id));
  assertEquals(running.length, 2);
  assertEquals(at.core.cancel(id, 5), running);
  assertEquals(at.core.cancel(id, 6), false);
  assertEquals(at.core.cancel("none", 6), undefined);
  const ends = running.map(({ crawlId, number }) => ({
    crawlId,
    number,
    status: "cancelled" as const,
    atMs: 7,
  }));
  assertEquals(at.core.advance(ends, [], 7).tasks, []);
  const { status, counts } = at.core.get(id)!;
  assertEquals([status, counts.completed, counts.cancelled, counts.waiting + counts.active], [
    "cancelled",
    1,
    3,
    0,
  ]);
});

Deno.test("a page of a cancelled crawl that comes to its end all the same leads nowhere", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/1", "/2"] } };
  const id = at.begin();
  const running = at.next(id);
  at.core.cancel(id, 5);
  assertEquals(at.answer(running), []);
  const { counts } = at.core.get(id)!;
  assertEquals([counts.completed, counts.waiting, counts.active], [1, 0, 0]);
});

Deno.test("pages() by finish goes on from its cursor as pages are done", () => {
  using at = new CrawlBench();
  at.pages = { "/": { links: ["/1", "/2"] }, "/1": {}, "/2": {} };
  const id = at.begin();
  const two = at.answer(at.next(id));
  const first = at.core.pages(id, { limit: 10, order: "finish" })!;
  assertEquals(first.pages.map(({ url }) => url), [`${SITE}/`]);
  assertEquals(at.core.pages(id, { limit: 10, order: "finish", cursor: first.nextCursor })!.pages, []);
  at.answer(two.toReversed());
  const next = at.core.pages(id, { limit: 10, order: "finish", cursor: first.nextCursor })!;
  assertEquals(next.pages.map(({ url }) => url), [`${SITE}/2`, `${SITE}/1`]);
  assertThrows(() => at.core.pages(id, { limit: 1, cursor: "x" }), ServiceError, "cursor");
});

Deno.test("create() refuses an id that is there; forget() drops what ended before", () => {
  using at = new CrawlBench();
  at.pages = { "/": {} };
  const id = at.run();
  const request = at.core.get(id)!.request as Parameters<typeof at.core.create>[0]["request"];
  assertThrows(() => at.core.create({ crawlId: id, createdMs: 1, request }), ServiceError, "there is one");
  assertEquals(at.core.forget(at.nowMs), 0);
  assertEquals(at.core.forget(at.nowMs + 1), 1);
  assertEquals(at.core.get(id), undefined);
});

Deno.test("scope: the hosts of the start pages, those below them, those that are named, or any", () => {
  using at = new CrawlBench();
  const others = [
    "http://www.site.example/www",
    "http://docs.site.example/",
    "http://a.b.example/",
    "http://x.example/",
  ];
  at.pages = { "/": { more: { links: others.map((url) => ({ url })) } } };
  const found = (request: object) => {
    const id = at.begin(request);
    at.answer(at.next(id));
    return at.pagesOf(id).slice(1).map(({ url }) => url);
  };
  assertEquals(found({}), others.slice(0, 1));
  assertEquals(found({ scope: "domain" }), others.slice(0, 2));
  assertEquals(found({ hosts: ["*.b.example"] }), [others[0], others[2]]);
  assertEquals(found({ hosts: ["x.example"] }), [others[0], others[3]]);
  assertEquals(found({ scope: "any" }), others);
});
