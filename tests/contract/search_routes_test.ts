import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type Json, Judge } from "./judge.ts";
import { SEARCH_ROUTES } from "./queue_routes.ts";

/** Nothing listens there: words are searched, vectors are owed. */
/** A host on which none can run: what was indexed is owed to it, and no task waits for it. */
const NO_CHROMA = { CHROMA_URL: "", CHROMA_LAUNCHER: "/no/such/launcher" };
const PDF_TYPE = { "content-type": "text/markdown" };

Deno.test("every route of search, documents, the index and answers answers as its document says, and does it", async (t) => {
  await using site = startSite({
    "/piano.html": articlePage(
      "Stage piano",
      "<h2>Specifications</h2><p>The zorblax weighs 14.8 kg in its case.</p>",
    ),
  });
  await using judge = await Judge.start({ env: { ALLOW_PRIVATE_HOSTS: site.host, ...NO_CHROMA } });
  const get = async (path: string): Promise<Json> => (await judge.call(`GET ${path}`, { expect: 200 })).body;
  const search = async (json: Json): Promise<Json> =>
    (await judge.call("POST /api/search", { json, expect: 200 })).body;

  await t.step("an empty index answers with nothing", async () => {
    assertEquals((await search({ query: "piano", mode: "keyword" })).passages, []);
    assertEquals((await get("/api/documents")).documents, []);
    assertEquals((await get("/api/index")).documents, 0);
  });

  await t.step(
    "a document of one's own is found by its words, in all three ways of handing it in",
    async () => {
      const form = new FormData();
      form.append("file", new File(["# Care\n\nClean the quuxes with a dry cloth."], "care.md"));
      form.append("brand", "acme");
      for (
        const [call, query] of [
          [{ json: { text: "The blorptron is blue.", tags: ["own"], brand: "acme" } }, ""],
          [{ body: form }, ""],
          [{ body: "# מדריך\n\nהפסנתר שוקל ארבעה עשר קילו", headers: PDF_TYPE }, "?document_id=he-1&lang=he"],
        ] as const
      ) {
        const { body, headers } = await judge.call(`POST /api/documents${query}`, { ...call, expect: 202 });
        assertEquals(headers.get("location"), `/api/tasks/${body.task_id}`);
        assertEquals((await judge.ended(body.task_id)).status, "completed");
      }
      for (const [query, has] of [["blorptron", "blue"], ["quuxes", "cloth"], ["פסנתר", "קילו"]] as const) {
        const { passages } = await search({ query, mode: "keyword" });
        assertStringIncludes(passages[0]?.text ?? "", has, query);
        assertEquals(passages[0].source, "upload");
      }
      assertEquals((await search({ query: "blorptron", filters: { tags: ["other"] } })).passages, []);
    },
  );

  await t.step("a scraped page is found, with where it came from", async () => {
    const json = { url: `${site.url}/piano.html`, index: true, brand: "acme" };
    const { body } = await judge.call("POST /api/tasks/scrape/async", { json, expect: 202 });
    assertEquals((await judge.ended(body.task_id)).status, "completed");
    await judge.until("/api/documents?source=scrape", ({ documents }) => documents.length === 1);
    const [first] = (await get("/api/search?q=zorblax&brand=acme&mode=keyword")).passages;
    assertEquals([first.url, first.brand, first.source], [`${site.url}/piano.html`, "acme", "scrape"]);
    assertStringIncludes(first.snippet, "<mark>zorblax</mark>");
    assertEquals([first.keyword_rank, first.vector_rank], [1, null]);
    const grouped = await search({ query: "zorblax", group_by: "page", per_page: 1 });
    assertEquals(grouped.pages[0].chunk_ids, [first.chunk_id]);
  });

  await t.step("without Chroma words answer and say so, and vectors alone are refused", async () => {
    const hybrid = await search({ query: "zorblax" });
    assertEquals([hybrid.degraded, typeof hybrid.degraded_reason], [true, "string"]);
    await judge.refused("POST /api/search", 503, "unavailable", {
      json: { query: "zorblax", mode: "vector" },
    });
    const { components } = await get("/health");
    assertEquals([components.search.status, components.search.documents], ["degraded", 4]);
    assert((await get("/api/system/status")).components.search.owed_vectors >= 4);
  });

  await t.step("documents: shown whole, listed by conditions, page by page", async () => {
    const { documents, next } = await get("/api/documents?limit=1");
    assertEquals(documents.length, 1);
    assertEquals((await get(next)).documents.length, 1);
    assertEquals((await get("/api/documents?brand=acme")).documents.length, 3);
    const [{ document_id }] = (await get("/api/documents?tag=own")).documents;
    const whole = await get(`/api/documents/${document_id}`);
    assertEquals([whole.markdown.trim(), whole.passages.length], ["The blorptron is blue.", whole.chunks]);
  });

  await t.step("the index: its state, its books, made anew", async () => {
    const index = await get("/api/index");
    assertEquals([index.documents, index.vector_database.status], [4, "unavailable"]);
    const books = await get("/api/index/books");
    assertEquals([books.store, books.vectors], [books.words, null]);
    assertEquals((await judge.call("POST /api/index/rebuild", { expect: 200 })).body, { status: "current" });
    const { body, headers } = await judge.call("POST /api/index/rebuild", {
      json: { force: true },
      expect: 202,
    });
    assertEquals(headers.get("location"), `/api/batches/${body.batch_id}`);
    await judge.until(`/api/batches/${body.batch_id}`, ({ status }) => status === "completed");
    assertStringIncludes((await search({ query: "blorptron" })).passages[0].text, "blue");
  });

  await t.step("documents are taken out, one by one and by condition", async () => {
    const [{ document_id }] = (await get("/api/documents?tag=own")).documents;
    assertEquals(
      (await judge.call(`DELETE /api/documents/${document_id}`, { expect: 200 })).body.documents,
      1,
    );
    await judge.refused(`DELETE /api/documents/${document_id}`, 404, "not_found");
    await judge.refused(`GET /api/documents/${document_id}`, 404, "not_found");
    assertEquals((await search({ query: "blorptron" })).passages, []);
    assertEquals((await judge.call("DELETE /api/documents?brand=acme", { expect: 200 })).body.documents, 2);
    assertEquals((await get("/api/documents")).documents.length, 1);
  });

  await t.step("without a language model a question is refused with what to set", async () => {
    const problem = await judge.refused("POST /api/ask", 503, "unavailable", {
      json: { question: "How heavy?" },
    });
    assertStringIncludes(problem.detail, "LLM_URL");
  });

  await t.step("each of these routes was asked, and answered well", () => {
    assertEquals(judge.unanswered(SEARCH_ROUTES), []);
  });
});

Deno.test("with CHROMA_URL=off every route of search is a 503 that says what to set", async () => {
  await using judge = await Judge.start();
  for (
    const [route, json] of [
      ["POST /api/search", { query: "x" }],
      ["GET /api/search?q=x"],
      ["POST /api/documents", { text: "x" }],
      ["GET /api/documents"],
      ["GET /api/index"],
      ["GET /api/index/books"],
      ["POST /api/index/rebuild", {}],
      ["DELETE /api/documents?brand=x"],
    ] as [string, Json?][]
  ) {
    assertStringIncludes((await judge.refused(route, 503, "unavailable", { json })).detail, "CHROMA_URL");
  }
  assertEquals((await judge.call("GET /health", { expect: 200 })).body.components.search, { status: "off" });
});

Deno.test("what is wrong with a request to search is told with its place", async () => {
  await using judge = await Judge.start({ env: NO_CHROMA });
  const broken = "--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx";
  for (
    const [route, status, code, place, call] of [
      ["POST /api/search", 422, "invalid_request", "k", { json: { query: "x", k: 101 } }],
      ["POST /api/search", 422, "invalid_request", "colour", { json: { query: "x", colour: 1 } }],
      ["POST /api/search", 400, "not_json", undefined, {
        body: "{",
        headers: { "content-type": "application/json" },
      }],
      ["GET /api/search", 422, "invalid_request", "q"],
      ["POST /api/documents", 422, "invalid_request", "", { json: {} }],
      ["POST /api/documents", 415, "unsupported_media_type", undefined, {
        body: "x",
        headers: { "content-type": "a/b" },
      }],
      ["POST /api/documents", 422, "invalid_request", "", {
        body: broken,
        headers: { "content-type": "multipart/form-data; boundary=b" },
      }],
      ["GET /api/documents?limit=201", 422, "invalid_request", "limit"],
      ["DELETE /api/documents", 422, "invalid_request", ""],
      ["GET /api/documents/none", 404, "not_found", undefined],
      ["GET /api/index/books?deep=yes", 422, "invalid_request", "deep"],
      ["POST /api/index/rebuild", 422, "invalid_request", "force", { json: { force: 1 } }],
      ["POST /api/ask", 422, "invalid_request", "question", { json: {} }],
      ["GET /api/ask", 405, "method_not_allowed", undefined],
    ] as [string, number, string, string | undefined, Parameters<Judge["call"]>[1]?][]
  ) {
    const problem = await judge.refused(route, status, code, call);
    assertEquals(problem.errors?.[0]?.path, place, `${route} ${JSON.stringify(problem)}`);
  }
});
