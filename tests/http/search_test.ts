import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { passage } from "../fakes/fake_search.ts";
import { client } from "./client.ts";

type Problem = { code: string; detail: string; errors?: { path: string; message: string }[] };

Deno.test("POST /api/search hands the index every word of the request", async () => {
  const { call, deps } = client();
  const { status } = await call("/api/search", {
    json: {
      query: "רולנד FP-30X",
      k: 3,
      mode: "keyword",
      brand: "halilit",
      lang: "he-IL",
      filters: {
        kind: "product",
        kinds: ["article"],
        tags: ["a", "b"],
        source: "scrape",
        document_id: "doc_1",
        url_prefix: "https://a.example/p/",
        fetched_from: "2026-01-01T02:00:00+02:00",
        fetched_before: "2026-02-01T00:00:00Z",
      },
      group_by: "page",
      per_page: 2,
      max_age_s: 60,
    },
  });
  assertEquals(status, 200);
  const { query, maxAgeS, signal } = deps.search.searches[0]!;
  assertEquals(query, {
    query: "רולנד FP-30X",
    k: 3,
    mode: "keyword",
    brand: "halilit",
    lang: "he",
    filters: {
      kinds: ["product", "article"],
      tags: ["a", "b"],
      source: "scrape",
      documentId: "doc_1",
      urlPrefix: "https://a.example/p/",
      fetchedFromMs: Date.parse("2026-01-01T00:00:00Z"),
      fetchedBeforeMs: Date.parse("2026-02-01T00:00:00Z"),
    },
    groupBy: "page",
    perPage: 2,
  });
  assertEquals(maxAgeS, 60);
  assert(signal instanceof AbortSignal);
});

Deno.test("GET /api/search asks the same as POST does", async () => {
  const { call, deps } = client();
  await call("/api/search", {
    json: { query: "a b", k: 2, lang: "en", filters: { kind: "article", tags: ["t"] }, group_by: "page" },
  });
  await call("/api/search?q=a+b&k=2&lang=en&kind=article&tag=t&group_by=page");
  await call("/api/search", { json: { query: "x" } });
  await call("/api/search?q=x");
  const [posted, got, plainPosted, plainGot] = deps.search.searches.map(({ query, maxAgeS }) => ({
    query,
    maxAgeS,
  }));
  assertEquals(got, posted);
  assertEquals(plainGot, plainPosted);
  assertEquals(plainGot, { query: { query: "x", k: 10, mode: "hybrid" }, maxAgeS: 0 });
});

Deno.test("POST /api/search tells of a passage all there is, with null for a rank it has not", async () => {
  const { call, deps } = client();
  const fetchedMs = Date.now() - 90_500;
  deps.search.answer = {
    ...deps.search.answer,
    passages: [
      passage({
        keywordRank: undefined,
        vectorRank: 4,
        fetchedMs,
        page: 2,
        kind: "product",
        tags: ["t"],
        url: "u",
      }),
    ],
    pages: [{ documentId: "doc_1", title: "T", score: 1, passages: ["doc_1-a"] }],
    degraded: true,
    degradedReason: "Chroma does not answer",
    corrections: [{ from: "rolnad", to: ["roland"] }],
    cached: true,
    ageS: 7,
  };
  const { body } = await call("/api/search", { json: { query: "x" } });
  assertEquals(body, {
    query: "x",
    mode: "hybrid",
    k: 10,
    degraded: true,
    degraded_reason: "Chroma does not answer",
    cached: true,
    age_s: 7,
    took_ms: 2.5,
    corrections: [{ from: "rolnad", to: ["roland"] }],
    passages: [{
      chunk_id: "doc_1-a",
      document_id: "doc_1",
      score: 0.03,
      keyword_rank: null,
      vector_rank: 4,
      coverage: 1,
      snippet: "<mark>Weight</mark> 14.8 kg",
      text: "Weight 14.8 kg",
      heading_path: ["Specifications"],
      page: 2,
      url: "u",
      lang: "en",
      kind: "product",
      source: "scrape",
      tags: ["t"],
      fetched_at: new Date(fetchedMs).toISOString(),
      age_s: 90,
      content_hash: "c0ffee",
    }],
    pages: [{ document_id: "doc_1", title: "T", score: 1, chunk_ids: ["doc_1-a"] }],
  });
});

const query = "x";
for (
  const [json, path] of [
    [{}, "query"],
    [{ query: "" }, "query"],
    [{ query: " \n" }, "query"],
    [{ query: "x".repeat(2001) }, "query"],
    [{ query, k: 0 }, "k"],
    [{ query, k: 101 }, "k"],
    [{ query, mode: "fuzzy" }, "mode"],
    [{ query, lang: "hebrew!" }, "lang"],
    [{ query, per_page: 2 }, "per_page"],
    [{ query, group_by: "page", per_page: 11 }, "per_page"],
    [{ query, group_by: "site" }, "group_by"],
    [{ query, max_age_s: -1 }, "max_age_s"],
    [{ query, filters: { tags: [] } }, "filters.tags"],
    [{ query, filters: { fetched_from: "yesterday" } }, "filters.fetched_from"],
    [{ query, filters: { colour: "red" } }, "filters.colour"],
    [{ query, limit: 3 }, "limit"],
  ] as const
) {
  Deno.test(`POST /api/search refuses ${JSON.stringify(json).slice(0, 60)}`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>("/api/search", { json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(deps.search.searches, []);
  });
}

Deno.test("GET /api/search refuses what it does not know", async () => {
  const { call } = client();
  for (const [rest, path] of [["", "q"], ["q=x&k=101", "k"], ["q=x&tags=a", "tags"], ["q=x&q=y", "q"]]) {
    const { status, body } = await call<Problem>(`/api/search?${rest}`);
    assertEquals([status, body.errors?.[0]?.path], [422, path]);
  }
});

Deno.test("a search that is off is a 503 that says what to set, on each of its routes", async () => {
  const { call, deps } = client();
  deps.search.enabled = false;
  for (
    const [method, path, json] of [
      ["POST", "/api/search", { query }],
      ["GET", "/api/search?q=x"],
      ["POST", "/api/documents", { text: "x" }],
      ["GET", "/api/documents"],
      ["DELETE", "/api/documents?brand=x"],
      ["GET", "/api/documents/doc_1"],
      ["DELETE", "/api/documents/doc_1"],
      ["GET", "/api/index"],
      ["GET", "/api/index/books"],
      ["POST", "/api/index/rebuild", {}],
      ["POST", "/api/ask", { question: "x" }],
    ] as const
  ) {
    const { status, body } = await call<Problem>(path, { method, json });
    assertEquals([status, body.code], [503, "unavailable"], `${method} ${path}`);
    assertStringIncludes(body.detail, "CHROMA_URL");
  }
  assertEquals((await call<{ components: { search: unknown } }>("/health")).body.components.search, {
    status: "off",
  });
});

Deno.test("POST /api/search hands on that vectors cannot be asked", async () => {
  const { call, deps } = client();
  deps.search.fault = new ServiceError("unavailable", "Chroma does not answer", { retryAfterS: 3 });
  const { status, body, headers } = await call<Problem>("/api/search", { json: { query, mode: "vector" } });
  assertEquals([status, body.code, headers.get("retry-after")], [503, "unavailable", "3"]);
});

Deno.test("GET /health has the index's counts, and is degraded while vectors are not written", async () => {
  const { call, deps } = client();
  type Health = { status: string; components: { search: Record<string, unknown> } };
  const look = async () => (await call<Health>("/health")).body;
  deps.search.state.documents = 2;
  Object.assign(deps.search.state.generations[0]!, { chunks: 9, owedVectors: 4 });
  const counts = { documents: 2, chunks: 9, owed_vectors: 4, generation: 1 };
  assertEquals((await look()).components.search, { status: "ok", ...counts });
  deps.search.state.vectorSync = { state: "waiting", reason: "embedder: 401", written: 0, embedded: 0 };
  const waiting = await look();
  assertEquals([waiting.status, waiting.components.search], [
    "degraded",
    { status: "degraded", reason: "vectors are not written: embedder: 401", ...counts },
  ]);
  // A start is no fault.
  deps.search.state.vectorDatabase.status = "starting";
  assertEquals((await look()).status, "ok");
  deps.search.fault = new ServiceError("unavailable", "search.db cannot be read");
  const dead = await look();
  assertEquals([dead.status, dead.components.search], [
    "degraded",
    { status: "unavailable", reason: "search.db cannot be read" },
  ]);
});

Deno.test("GET /health answers while the index hangs", async () => {
  const { call, deps } = client({}, { health: { maxAgeMs: 0, queueTimeoutMs: 5 } });
  deps.search.status = () => new Promise(() => {});
  const { body } = await call<{ components: { search: { status: string } } }>("/health");
  assertEquals(body.components.search.status, "unavailable");
});
