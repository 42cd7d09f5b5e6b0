import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { createGuardedFetch, scrapePage } from "../../src/scraping/mod.ts";
import { createScrapeTask, scrapeInput, scrapeOutput } from "../../src/tasks/scrape.ts";
import { type FakeAnswer, fakeDeps, FakeServices, FakeWeb } from "./fake_deps.ts";
import type { HopRequest } from "../../src/sandbox/port.ts";

const PAGE = "<title>T</title><h1>Hello</h1><p>words of the page</p>";
const page = (body: string = PAGE, headers: Record<string, string> = {}): FakeAnswer => ({
  body,
  headers: { "content-type": "text/html", ...headers },
});

async function failure(run: () => Promise<unknown>): Promise<TaskError> {
  return await assertRejects(run, TaskError);
}

Deno.test("scrapePage() fetches robots.txt, then the page, and gives what the output schema takes", async () => {
  const web = new FakeWeb({ "https://a.example/p": page() });
  using services = new FakeServices();
  const result = await scrapePage({ url: "https://a.example/p#x", brand: "b" }, fakeDeps(web, services));
  assertEquals(web.urls(), ["https://a.example/robots.txt", "https://a.example/p"]);
  assertStringIncludes(result.markdown!, "words of the page");
  assertEquals([result.status_code, result.from_cache, result.size_bytes], [200, false, PAGE.length]);
  scrapeOutput.parse(JSON.parse(JSON.stringify(result)));
  const [key, entry] = [...services.cache].find(([name]) => name.startsWith("page:"))!;
  assertEquals(key, "page:links,markdown,metadata,product:https://a.example/p");
  assertEquals(entry.tags, ["host:a.example", "brand:b"]);
  assertEquals([services.held, web.bodies], [0, 0]);
});

Deno.test("scrapePage() answers from the cache within max_age_s and asks the site without", async () => {
  const web = new FakeWeb({ "https://a.example/p": page() });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  await scrapePage({ url: "https://a.example/p" }, deps);
  const kept = await scrapePage({ url: "https://a.example/p", maxAgeS: 60 }, deps);
  assertEquals([kept.from_cache, web.requests.length], [true, 2]);
  await scrapePage({ url: "https://a.example/p" }, deps);
  assertEquals(web.requests.length, 3);
  await scrapePage({ url: "https://a.example/p", maxAgeS: 60, headers: { "accept-language": "he" } }, deps);
  assertEquals(web.requests.length, 4);
});

Deno.test("scrapePage() sends validators and takes a 304 for the kept page, renewed", async () => {
  const web = new FakeWeb({
    "https://a.example/p": (request: HopRequest) =>
      request.headers?.["if-none-match"] === '"1"'
        ? { status: 304, headers: { etag: '"1"' } }
        : page(PAGE, { etag: '"1"' }),
  });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  const first = await scrapePage({ url: "https://a.example/p" }, deps);
  const entry = [...services.cache.values()].at(-1)!;
  entry.storedMs -= 100_000;
  const second = await scrapePage({ url: "https://a.example/p" }, deps);
  assertEquals([second.not_modified, second.from_cache, second.age_s], [true, true, 0]);
  assertEquals(second.content_hash, first.content_hash);
  assert(Date.now() - [...services.cache.values()].at(-1)!.storedMs < 50_000);
  const third = await scrapePage({ url: "https://a.example/p", maxAgeS: 60 }, deps);
  assertEquals(third.not_modified, undefined);
});

const statuses: [number, string, boolean][] = [
  [404, "http_4xx", false],
  [410, "http_4xx", false],
  [408, "http_4xx", true],
  [425, "http_4xx", true],
  [429, "http_4xx", true],
  [500, "http_5xx", true],
  [503, "http_5xx", true],
];
for (const [status, code, retryable] of statuses) {
  Deno.test(`scrapePage() fails with ${code}, ${retryable ? "to be retried" : "for good"}, on ${status}`, async () => {
    const web = new FakeWeb({
      "https://a.example/p": { status, headers: { "retry-after": "7" }, body: "x" },
    });
    using services = new FakeServices();
    const error = await failure(() => scrapePage({ url: "https://a.example/p" }, fakeDeps(web, services)));
    assertEquals([error.code, error.retryable, error.retryAfterS], [
      code,
      retryable,
      retryable ? 7 : undefined,
    ]);
    assertEquals(
      services.feedback.at(-1),
      status === 429 || status === 503 ? { outcome: "refused", backoffMs: 7000 } : { outcome: "answered" },
    );
    assertEquals([services.held, web.bodies], [0, 0]);
  });
}

Deno.test("scrapePage() obeys robots.txt of every hop's origin, unless told not to", async () => {
  const web = new FakeWeb({
    "https://a.example/p": { status: 302, headers: { location: "https://b.example/q" } },
    "https://b.example/robots.txt": { body: "User-agent: TuttiBot\nDisallow: /q" },
    "https://b.example/q": page(),
  });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  const error = await failure(() => scrapePage({ url: "https://a.example/p" }, deps));
  assertEquals([error.code, error.retryable], ["robots_denied", false]);
  assert(!web.urls().includes("https://b.example/q"));
  const result = await scrapePage({ url: "https://a.example/p", respectRobots: false }, deps);
  assertEquals([result.final_url, result.redirects], ["https://b.example/q", ["https://a.example/p"]]);
});

Deno.test("scrapePage() holds back, to try again, when robots.txt answers 5xx, and names a dead host as such", async () => {
  const web = new FakeWeb({
    "https://a.example/robots.txt": { status: 503 },
    "https://b.example/robots.txt": { error: new TaskError("dns", "no such host") },
  });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  const down = await failure(() => scrapePage({ url: "https://a.example/p" }, deps));
  assertEquals([down.code, down.retryable], ["robots_denied", true]);
  assertEquals((await failure(() => scrapePage({ url: "https://b.example/p" }, deps))).code, "dns");
});

Deno.test("robots.txt is fetched once for many pages of an origin at once, and its delay is kept", async () => {
  const pages = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`https://a.example/${i}`, page()]));
  const web = new FakeWeb({
    ...pages,
    "https://a.example/robots.txt": { body: "User-agent: *\nCrawl-delay: 0.01" },
  });
  using services = new FakeServices();
  // Two workers: two guards with one set of services.
  const workers = [fakeDeps(web, services), fakeDeps(web, services)];
  await Promise.all(Object.keys(pages).map((url, i) => scrapePage({ url }, workers[i % 2]!)));
  assertEquals(web.urls().filter((url) => url.endsWith("robots.txt")).length, 1);
  assertEquals(services.acquired.filter((key) => key === "host:a.example 8 0 10").length, 5);
});

Deno.test("hops are checked anew: a redirect to a private address is blocked", async () => {
  for (
    const location of [
      "http://127.0.0.1/",
      "http://169.254.169.254/x",
      "file:///etc/passwd",
      "http://b.example:22/",
    ]
  ) {
    const web = new FakeWeb({ "https://a.example/p": { status: 301, headers: { location }, body: "x" } });
    using services = new FakeServices();
    const error = await failure(() =>
      scrapePage({ url: "https://a.example/p", respectRobots: false }, fakeDeps(web, services))
    );
    assertEquals(error.code, "blocked_address");
    assertEquals([web.requests.length, web.bodies], [1, 0]);
  }
});

Deno.test("hops end with redirect_loop at the limit and at a circle", async () => {
  const web = new FakeWeb({
    "https://a.example/circle": { status: 302, headers: { location: "/circle" } },
    ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [
      `https://a.example/${i}`,
      { status: 302, headers: { location: `/${i + 1}` } },
    ])),
  });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  for (const url of ["https://a.example/circle", "https://a.example/0"]) {
    assertEquals((await failure(() => scrapePage({ url }, deps))).code, "redirect_loop");
  }
  assertEquals(web.requests.length, 1 + 1 + 4);
});

Deno.test("guarded fetch turns POST into GET on 303, keeps it on 307, and drops credentials across origins", async () => {
  const web = new FakeWeb({
    "https://a.example/303": { status: 303, headers: { location: "/end" } },
    "https://a.example/307": { status: 307, headers: { location: "https://b.example/end" } },
    "https://a.example/end": page("a"),
    "https://b.example/end": page("b", { "content-encoding": "gzip" }),
  });
  using services = new FakeServices();
  const fetchGuarded = createGuardedFetch(fakeDeps(web, services));
  const init = {
    method: "POST",
    headers: { Authorization: "Bearer x", "X-Own": "1" },
    body: "data",
  } as const;
  const seeOther = await fetchGuarded("https://a.example/303", init, { timeoutMs: 1000 });
  assertEquals([await seeOther.text(), seeOther.url, seeOther.redirected], [
    "a",
    "https://a.example/end",
    true,
  ]);
  const last = () => web.requests.at(-1)!;
  assertEquals([last().method, last().body, last().headers?.authorization], ["GET", undefined, "Bearer x"]);
  const kept = await fetchGuarded("https://a.example/307", init, { timeoutMs: 1000 });
  assertEquals([await kept.text(), kept.headers.get("content-encoding")], ["b", null]);
  assertEquals([last().method, last().body], ["POST", "data"]);
  assertEquals([last().headers?.authorization, last().headers?.["x-own"]], [undefined, "1"]);
});

Deno.test("a robots.txt that does not answer is waited for once, not by every page", async () => {
  const error = new TaskError("timeout", "It did not end within 15000 ms");
  const web = new FakeWeb({ "https://a.example/robots.txt": { error }, "https://a.example/p": page() });
  using services = new FakeServices();
  const scrape = () => failure(() => scrapePage({ url: "https://a.example/p" }, fakeDeps(web, services)));
  assertEquals([(await scrape()).code, (await scrape()).retryable], ["robots_denied", true]);
  assertEquals(web.urls(), ["https://a.example/robots.txt"]);
});

Deno.test("robots.txt of any length is asked for up to the limit, not refused", async () => {
  const web = new FakeWeb({ "https://a.example/robots.txt": { body: "" }, "https://a.example/p": page() });
  using services = new FakeServices();
  await scrapePage({ url: "https://a.example/p" }, fakeDeps(web, services));
  assertEquals(web.requests.map(({ truncate }) => truncate), [true, undefined]);
});

Deno.test("scrapeInput refuses unknown keys, other schemes and headers that are not for callers", () => {
  const ok = (input: unknown) => scrapeInput.safeParse(input).success;
  assertEquals(ok({ url: "https://a.example/", brand: "halilit", max_age_s: 5 }), true);
  assertEquals(ok({ url: "https://a.example/", maxAge: 5 }), false);
  assertEquals(ok({ url: "file:///etc/passwd" }), false);
  assertEquals(ok({ url: "https://a.example/", headers: { host: "b" } }), false);
  assertEquals(ok({ url: "https://a.example/", headers: { "accept-language": "he" } }), true);
  assertEquals(createScrapeTask({ scrape: () => Promise.reject(), timeoutMs: 1 }).name, "scrape");
});
