import { assertEquals, assertMatch } from "@std/assert";
import { brandProfile } from "../fakes/fake_brands.ts";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Accepted = { crawl_id: string; status: string };
type Page = { number: number; url: string; state: string };
type Pages = { pages: Page[]; next: string | null };

const START = { start_urls: ["https://example.com/"] };

Deno.test("POST /api/crawl hands every option to the crawler in its own words", async () => {
  const { call, deps } = client();
  const { status, body, headers } = await call<Accepted>("/api/crawl", {
    json: {
      start_urls: ["https://example.com/", "https://example.com/b"],
      max_depth: 2,
      max_pages: 50,
      include: ["/products/"],
      exclude: ["*?sort="],
      scope: "domain",
      sitemap: "only",
      max_concurrent: 3,
      brand: "halilit",
      priority: 7,
      tags: ["nightly"],
      site: "shop",
      due_only: true,
      intervals: { min_s: 60, max_s: 3600 },
      formats: ["text", "json"],
      fields: { title: { selector: "h1" } },
      max_age_s: 10,
      stale_ok_s: 20,
      respect_robots: false,
      headers: { "accept-language": "he" },
      timeout_ms: 5000,
      max_bytes: 2048,
      render: "auto",
      screenshot: true,
    },
    headers: { "x-request-id": "r-1" },
  });
  assertEquals([status, body.status], [202, "running"]);
  assertEquals(headers.get("location"), `/api/crawl/${body.crawl_id}`);
  assertEquals(deps.crawls.starts, [{
    request: {
      startUrls: ["https://example.com/", "https://example.com/b"],
      maxDepth: 2,
      maxPages: 50,
      include: ["/products/"],
      exclude: ["*?sort="],
      scope: "domain",
      sitemap: "only",
      maxConcurrent: 3,
      brand: "halilit",
      priority: 7,
      tags: ["nightly"],
      site: "shop",
      dueOnly: true,
      intervals: { minS: 60, maxS: 3600 },
      scrape: {
        formats: ["text", "json"],
        fields: { title: { selector: "h1" } },
        maxAgeS: 10,
        staleOkS: 20,
        respectRobots: false,
        headers: { "accept-language": "he" },
        timeoutMs: 5000,
        maxBytes: 2048,
        render: "auto",
        screenshot: true,
      },
    },
    options: { requestId: "r-1" },
  }]);
});

for (
  const [what, json, path] of [
    ["nothing to start from", {}, "start_urls"],
    ["no start page in the list", { start_urls: [] }, "start_urls"],
    ["more than 1000 start pages", { start_urls: Array(1001).fill("https://a.example/") }, "start_urls"],
    ["a start page that is no URL", { start_urls: ["nonsense"] }, "start_urls.0"],
    ["more pages than CRAWL_MAX_PAGES", { ...START, max_pages: 101 }, "max_pages"],
    ["no pages", { ...START, max_pages: 0 }, "max_pages"],
    ["a depth below zero", { ...START, max_depth: -1 }, "max_depth"],
    ["a scope that is none", { ...START, scope: "planet" }, "scope"],
    ["an empty pattern", { ...START, include: [""] }, "include.0"],
    ["a pattern that is too long", { ...START, exclude: ["x".repeat(2001)] }, "exclude.0"],
    ["a pattern with a space", { ...START, exclude: ["/a b"] }, "exclude.0"],
    ["201 patterns", { ...START, include: Array(201).fill("/a") }, "include"],
    ["due_only without a site", { ...START, due_only: true }, "due_only"],
    ["intervals without a site", { ...START, intervals: { min_s: 1, max_s: 2 } }, "intervals"],
    [
      "intervals the wrong way round",
      { ...START, site: "s", intervals: { min_s: 3, max_s: 2 } },
      "intervals.max_s",
    ],
    ["json without fields", { ...START, formats: ["json"] }, "fields"],
    ["fields without json", { ...START, fields: { a: { selector: "h1" } } }, "fields"],
    ["what one page was", {
      ...START,
      if_changed_from: { final_url: "https://a.example/" },
    }, "if_changed_from"],
    ["a brand that has no profile", { brand: "halilit" }, "start_urls"],
  ] as [string, unknown, string][]
) {
  Deno.test(`POST /api/crawl answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client({ CRAWL_MAX_PAGES: "100" });
    const { status, body } = await call<Problem>("/api/crawl", { json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(deps.crawls.starts, []);
  });
}

Deno.test("POST /api/crawl answers blocked_address for a start page, of the body or of a profile", async () => {
  const { call, deps } = client();
  const urls = ["https://a.example/", "http://localhost/"];
  const given = await call<Problem>("/api/crawl", { json: { start_urls: urls } });
  assertEquals([given.status, given.body.code], [422, "blocked_address"]);
  assertEquals(given.body.errors?.map(({ path }) => path), ["start_urls.1"]);
  deps.brands.add(brandProfile("bad", { startUrls: urls }));
  const profiled = await call<Problem>("/api/crawl", { json: { brand: "bad" } });
  assertEquals([profiled.status, profiled.body.code], [422, "blocked_address"]);
  assertEquals(deps.crawls.starts, []);
});

Deno.test("POST /api/crawl with a brand alone starts from its profile", async () => {
  const { call, deps } = client();
  deps.brands.add(brandProfile("halilit", { include: ["/products/"] }));
  assertEquals((await call("/api/crawl", { json: { brand: "halilit" } })).status, 202);
  const { startUrls, include, site } = deps.crawls.starts[0]!.request;
  assertEquals([startUrls, include, site], [["https://halilit.example/"], ["/products/"], "halilit"]);
});

Deno.test("POST /api/crawl starts once for an Idempotency-Key, and refuses another body", async () => {
  const { call, deps } = client();
  const post = (json: unknown, key = "k1") =>
    call<Accepted & Problem>("/api/crawl", { json, headers: { "idempotency-key": key } });
  const first = await post(START);
  const again = await post(START);
  assertEquals([again.status, again.body], [202, first.body]);
  assertEquals([first, again].map(({ headers }) => headers.get("idempotency-replayed")), [null, "true"]);
  const other = await post({ ...START, max_depth: 1 });
  assertEquals([other.status, other.body.code], [409, "conflict"]);
  assertEquals((await post(START, "k2")).body.crawl_id === first.body.crawl_id, false);
  assertEquals(deps.crawls.starts.length, 2);
  const state = await call<{ request: object }>(`/api/crawl/${first.body.crawl_id}`);
  assertEquals(state.body.request, START);
});

Deno.test("POST /api/crawl takes nothing while the service stops", async () => {
  const { call, deps } = client();
  deps.stop();
  assertEquals((await call<Problem>("/api/crawl", { json: START })).body.code, "unavailable");
});

Deno.test("GET /api/crawl/{id} tells how far it is, and what it was asked for without its secrets", async () => {
  const { call, deps } = client();
  const { body: { crawl_id } } = await call<Accepted>("/api/crawl", {
    json: { ...START, site: "s", headers: { cookie: "sid=1", authorization: "Bearer x", accept: "*/*" } },
  });
  deps.crawls.finish(crawl_id, deps.crawls.found(crawl_id, "https://example.com/"));
  deps.crawls.found(crawl_id, "https://example.com/a");
  const { status, body } = await call<Record<string, Record<string, unknown>>>(`/api/crawl/${crawl_id}`);
  assertEquals(
    [status, body.status, body.limit_reached, body.warnings],
    [200, "running", false, []] as never,
  );
  assertEquals([body.counts!.completed, body.counts!.waiting], [1, 1]);
  assertEquals(Object.keys(body.changes!), ["new", "changed", "unchanged", "gone", "not_due"]);
  assertEquals(body.request!.headers, { cookie: "***", authorization: "***", accept: "*/*" });
  assertMatch(String(body.created_at), /^\d{4}-.*Z$/);
  assertEquals(body.finished_at, undefined);
  deps.crawls.end(crawl_id);
  const ended = await call(`/api/crawl/${crawl_id}`);
  assertEquals([ended.body.status, ended.body.finished_at], ["completed", "1970-01-01T00:00:05.000Z"]);
});

Deno.test("GET /api/crawl pages through all crawls, newest first", async () => {
  const { call } = client();
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    ids.unshift((await call<Accepted>("/api/crawl", { json: START })).body.crawl_id);
  }
  const seen: string[] = [];
  for (let url: string | null = "/api/crawl?limit=2"; url !== null;) {
    const page: { body: { crawls: Accepted[]; next: string | null } } = await call(url);
    seen.push(...page.body.crawls.map(({ crawl_id }) => crawl_id));
    url = page.body.next;
  }
  assertEquals(seen, ids);
});

Deno.test("GET /api/crawl/{id}/pages pages through what was found, all or of one state or change", async () => {
  const { call, deps } = client();
  const { body: { crawl_id } } = await call<Accepted>("/api/crawl", { json: START });
  for (let i = 1; i <= 5; i++) {
    const page = deps.crawls.found(crawl_id, `https://example.com/${i}`, { depth: 1, foundOn: "https://b/" });
    if (i > 3) deps.crawls.finish(crawl_id, page, { change: i === 4 ? "new" : "changed", statusCode: 200 });
  }
  const numbersOf = async (query: string) => {
    const numbers: number[] = [];
    for (let url: string | null = `/api/crawl/${crawl_id}/pages?limit=2${query}`; url !== null;) {
      const { body }: { body: Pages } = await call(url);
      numbers.push(...body.pages.map(({ number }) => number));
      url = body.next;
    }
    return numbers;
  };
  assertEquals(await numbersOf(""), [1, 2, 3, 4, 5]);
  assertEquals(await numbersOf("&state=waiting"), [1, 2, 3]);
  assertEquals(await numbersOf("&change=changed"), [5]);
  const { body } = await call<Pages>(`/api/crawl/${crawl_id}/pages?state=completed&limit=1`);
  assertEquals(body.pages[0], {
    number: 4,
    url: "https://example.com/4",
    depth: 1,
    state: "completed",
    found_on: "https://b/",
    change: "new",
    status_code: 200,
    finished_at: "1970-01-01T00:00:04.000Z",
  } as never);
  assertEquals((await call(`/api/crawl/${crawl_id}/pages?state=gone`)).status, 422);
});

Deno.test("DELETE /api/crawl/{id} cancels once, then conflicts; an unknown crawl is 404 everywhere", async () => {
  const { call } = client();
  const { body: { crawl_id } } = await call<Accepted>("/api/crawl", { json: START });
  const cancelled = await call(`/api/crawl/${crawl_id}`, { method: "DELETE" });
  assertEquals([cancelled.status, cancelled.body.status], [200, "cancelled"]);
  assertEquals((await call(`/api/crawl/${crawl_id}`, { method: "DELETE" })).status, 409);
  for (const path of ["", "/pages", "/results", "/results.ndjson"]) {
    assertEquals((await call<Problem>(`/api/crawl/none${path}`)).body.code, "not_found", path);
  }
  assertEquals((await call("/api/crawl/none", { method: "DELETE" })).status, 404);
  assertEquals((await call("/api/crawl/a%2fb")).status, 422);
});
