import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

Deno.test("GET /api/index tells of generations, languages, what is owed and what is built", async () => {
  const { call, deps } = client();
  const [serving] = deps.search.state.generations;
  deps.search.state = {
    ...deps.search.state,
    documents: 3,
    languages: { he: 4, en: 5 },
    generations: [{ ...serving!, no: 2, state: "building" }, { ...serving!, chunks: 9, owedVectors: 1 }],
    vectorSync: { state: "waiting", reason: "Chroma", retryAtMs: 1000, written: 8, embedded: 7 },
    rebuild: { generation: 2, documents: 3, batchId: "b" },
  };
  const { status, body } = await call("/api/index");
  const generation = {
    number: 1,
    state: "serving",
    embedder: "hash-1-256",
    recipe: "1",
    created_at: "1970-01-01T00:00:01.000Z",
    documents: 0,
    chunks: 9,
    owed_vectors: 1,
  };
  assertEquals([status, body], [200, {
    documents: 3,
    chunks: 9,
    owed_vectors: 1,
    languages: { he: 4, en: 5 },
    uploads: 0,
    size_bytes: 4096,
    generations: [{ ...generation, number: 2, state: "building", chunks: 0, owed_vectors: 0 }, generation],
    vector_sync: {
      state: "waiting",
      reason: "Chroma",
      retry_at: generation.created_at,
      written: 8,
      embedded: 7,
    },
    embedder: { id: "hash-1-256", kind: "hash" },
    vector_database: { status: "connected", mode: "local", url: "http://127.0.0.1:8000", restarts: 0 },
    rebuild: { generation: 2, documents: 3, batch_id: "b" },
  }]);
});

Deno.test("GET /api/index/books says null where Chroma cannot be asked, and compares ids where asked to", async () => {
  const { call, deps } = client();
  const { body } = await call("/api/index/books");
  assertEquals([body.vectors, body.balanced, deps.search.deep], [null, true, false]);
  deps.search.bookkeeping = {
    ...deps.search.bookkeeping,
    vectors: 2,
    missingVectors: ["a"],
    balanced: false,
  };
  const deep = await call("/api/index/books?deep=true");
  assertEquals([deep.body.vectors, deep.body.missing_vectors, deps.search.deep], [2, ["a"], true]);
  assertEquals((await call("/api/index/books?deep=1")).status, 422);
});

Deno.test("POST /api/index/rebuild is a batch, or says that nothing is to be done; its body may be left out", async () => {
  const { call, deps } = client();
  const current = await call("/api/index/rebuild", { method: "POST" });
  assertEquals([current.status, current.body], [200, { status: "current" }]);
  deps.search.begun = { batchId: "rebuild_1", documents: 12 };
  const begun = await call("/api/index/rebuild", { json: { force: true } });
  assertEquals([begun.status, begun.headers.get("location"), begun.body], [202, "/api/batches/rebuild_1", {
    batch_id: "rebuild_1",
    documents: 12,
    status: "queued",
  }]);
  assertEquals(deps.search.rebuilds, [{ force: false }, { force: true }]);
  assertEquals((await call("/api/index/rebuild", { json: { forced: true } })).status, 422);
  deps.stop();
  assertEquals((await call("/api/index/rebuild", { json: {} })).status, 503);
  assertEquals(deps.search.rebuilds.length, 2);
});
