import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeferredError, TaskError } from "../../src/platform/errors.ts";
import type { HopRequest } from "../../src/sandbox/port.ts";
import { scrapePage, type ScrapeRequest } from "../../src/scraping/mod.ts";
import { scrapeOutput } from "../../src/tasks/scrape.ts";
import { type FakeAnswer, fakeDeps, FakeServices, FakeWeb } from "./fake_deps.ts";

const URL_ = "https://a.example/p";
const page = (words: string, headers: Record<string, string> = {}): FakeAnswer => ({
  body: `<title>T</title><h1>Hello</h1><p>${words}</p>`,
  headers: { "content-type": "text/html", ...headers },
});

/** A page whose answer can be changed between two scrapes. */
function site(first: FakeAnswer) {
  const state = { answer: first, robots: { status: 404 } as FakeAnswer };
  const web = new FakeWeb({
    [URL_]: (request: HopRequest) =>
      state.answer.headers?.etag && request.headers?.["if-none-match"] === state.answer.headers.etag
        ? { status: 304 }
        : state.answer,
    "https://a.example/robots.txt": () => state.robots,
  });
  const services = new FakeServices();
  const scrape = (request: Partial<ScrapeRequest> = {}, taskId?: string) =>
    scrapePage({ url: URL_, ...request }, fakeDeps(web, services), { taskId });
  const age = (s: number) => {
    for (const entry of services.cache.values()) entry.storedMs -= s * 1000;
  };
  return { state, web, services, scrape, age, [Symbol.dispose]: () => services[Symbol.dispose]() };
}

/** The keys that speak of the page's content. */
const CONTENT = ["content_type", "title", "markdown", "links", "metadata", "product", "text", "kind"];

Deno.test("scrapePage() with ifChangedFrom is brief on a 304, on the same bytes and on the same text, and keeps nothing", async () => {
  using it = site(page("words", { etag: '"1"' }));
  const first = await it.scrape({ cache: "skip" });
  assertEquals([first.etag, first.body_sha256?.length], ['"1"', 64]);
  const { final_url, etag, body_sha256, content_hash } = first;
  const ways = {
    etag: { final_url, etag },
    bytes: { final_url, etag: '"0"', body_sha256 },
    text: { final_url, etag: '"0"', body_sha256: "0".repeat(64), content_hash },
  };
  for (const [way, known] of Object.entries(ways)) {
    const before = it.web.extracted;
    const result = await it.scrape({ ifChangedFrom: known });
    assertEquals([way, result.not_modified, result.status_code], [way, true, way === "etag" ? 304 : 200]);
    assertEquals(Object.keys(result).filter((key) => CONTENT.includes(key)), [], way);
    assertEquals(it.web.extracted - before, way === "text" ? 1 : 0);
    assertEquals(result.etag, '"1"');
    scrapeOutput.parse(result);
  }
  assertEquals([...it.services.cache.keys()].filter((key) => key.startsWith("page:")), []);
  assertEquals(it.web.bodies, 0);
  const changed = await it.scrape({ ifChangedFrom: { final_url, content_hash: "other" } });
  assertEquals([changed.not_modified, changed.title], [undefined, "T"]);
});

Deno.test("scrapePage() sends what is known of a page only to the address it is known of", async () => {
  using it = site(page("words", { etag: '"1"' }));
  await it.scrape({
    ifChangedFrom: { final_url: "https://a.example/other", etag: '"1"', last_modified: "x" },
  });
  assertEquals(it.web.requests.at(-1)!.headers?.["if-none-match"], undefined);
  const result = await it.scrape({ ifChangedFrom: { final_url: URL_, last_modified: "yesterday" } });
  assertEquals(it.web.requests.at(-1)!.headers?.["if-modified-since"], "yesterday");
  assertEquals(result.not_modified, undefined);
});

Deno.test("scrapePage() takes the same bytes for the kept page without extracting them, unless they came otherwise", async () => {
  using it = site(page("words"));
  const first = await it.scrape();
  const second = await it.scrape();
  assertEquals([second.not_modified, second.from_cache, it.web.extracted], [true, true, 1]);
  assertEquals([second.markdown, second.status_code], [first.markdown, 200]);
  it.state.answer = page("words", { "content-type": "text/html; charset=windows-1255" });
  const third = await it.scrape();
  assertEquals([third.not_modified, third.charset, it.web.extracted], [undefined, "windows-1255", 2]);
  it.state.answer = page("other words");
  assertEquals((await it.scrape()).from_cache, false);
});

Deno.test("scrapePage() with cache 'skip' reads no copy and keeps none", async () => {
  using it = site(page("words"));
  await it.scrape({ cache: "skip" });
  assertEquals([...it.services.cache.keys()], ["robots:https://a.example"]);
  await it.scrape();
  await it.scrape({ cache: "skip", maxAgeS: 60 });
  assertEquals(it.web.extracted, 3);
});

const DOWN: [string, FakeAnswer, boolean][] = [
  ["connect", { error: new TaskError("connect", "refused") }, true],
  ["dns", { error: new TaskError("dns", "no such host") }, true],
  ["tls", { error: new TaskError("tls", "expired") }, true],
  ["timeout", { error: new TaskError("timeout", "late") }, true],
  ["a page that held the sandbox", { error: new TaskError("timeout", "hung", { retryable: false }) }, false],
  ["503", { status: 503 }, true],
  ["500", { status: 500 }, true],
  ["429", { status: 429 }, true],
  ["404", { status: 404 }, false],
  ["410", { status: 410 }, false],
  ["too_large", { error: new TaskError("too_large", "large") }, false],
];
for (const [name, answer, isDown] of DOWN) {
  Deno.test(`scrapePage() with staleOkS ${isDown ? "answers the old copy" : "fails all the same"} on ${name}`, async () => {
    using it = site(page("words"));
    const first = await it.scrape();
    it.age(100);
    it.state.answer = answer;
    await assertRejects(() => it.scrape({ maxAgeS: 10, staleOkS: 89 }), TaskError);
    await assertRejects(() => it.scrape({ maxAgeS: 10 }), TaskError);
    const run = () => it.scrape({ maxAgeS: 10, staleOkS: 95 });
    if (!isDown) return void await assertRejects(run, TaskError);
    const stale = await run();
    assertEquals([stale.stale, stale.from_cache, stale.markdown], [true, true, first.markdown]);
    assert(stale.age_s >= 100 && stale.age_s < 110, `${stale.age_s}`);
    assertEquals(stale.fetched_at, first.fetched_at);
    scrapeOutput.parse(JSON.parse(JSON.stringify(stale)));
  });
}

Deno.test("scrapePage() with staleOkS answers the old copy where robots.txt cannot be read or the host is left alone", async () => {
  using it = site(page("words"));
  it.services.obeysFeedback = true;
  await it.scrape();
  it.services.cache.delete("robots:https://a.example");
  it.state.robots = { status: 500 };
  assertEquals((await it.scrape({ staleOkS: 60 })).stale, true);
  it.state.answer = { status: 429, headers: { "retry-after": "60" } };
  await assertRejects(() => it.scrape({ respectRobots: false }), TaskError, "429");
  assertEquals((await it.scrape({ staleOkS: 60, respectRobots: false })).stale, true);
  await assertRejects(() => it.scrape({ respectRobots: false }), DeferredError, "left alone");
});

Deno.test("a host that asks for a pause costs its task no attempt, five times, and not for longer than the setting", async () => {
  using it = site({ status: 429, headers: { "retry-after": "7" } });
  for (let i = 0; i < 5; i++) {
    const error = await assertRejects(() => it.scrape({}, "t1"), DeferredError, "429");
    const waitMs = error.retryAtMs - Date.now();
    assert(waitMs > 6000 && waitMs <= 7000, `${waitMs}`);
  }
  const sixth = await assertRejects(() => it.scrape({}, "t1"), TaskError);
  assertEquals([sixth.code, sixth.retryable, sixth.retryAfterS], ["http_4xx", true, 7]);
  // Another task has its own five.
  await assertRejects(() => it.scrape({}, "t2"), DeferredError);
  it.state.answer = { status: 503, headers: { "retry-after": "2" } };
  await assertRejects(() => it.scrape({}, "t3"), DeferredError);
  // 503 without a time is a site that is broken, and a pause of hours nothing to wait for.
  it.state.answer = { status: 503 };
  assertEquals((await assertRejects(() => it.scrape({}, "t4"), TaskError)).code, "http_5xx");
  it.state.answer = { status: 429, headers: { "retry-after": "301" } };
  assertEquals((await assertRejects(() => it.scrape({}, "t5"), TaskError)).retryAfterS, 301);
  it.state.answer = { status: 429 };
  await assertRejects(() => it.scrape({}, "t6"), DeferredError);
});
