import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChromaVectorStore } from "../../src/search/adapters/chroma_vector_store.ts";
import { type VectorRecord, VectorStoreError } from "../../src/search/vector_port.ts";
import { real, realChroma, vectorOf } from "./vector_chroma.ts";
import { cuttingServer, type Fault, faultyServer } from "./vector_faults.ts";

const WITHIN = { timeoutMs: 20_000 };
const NAME = "tutti-1-hash-he";

function recordOf(n: number, metadata: VectorRecord["metadata"] = { brand: "b" }): VectorRecord {
  return { id: `chunk-${n}`, vector: vectorOf(n), text: `טקסט ${n}`, metadata };
}

async function refusal(work: Promise<unknown>): Promise<VectorStoreError> {
  const error = await assertRejects(() => work);
  assert(error instanceof VectorStoreError, `not a VectorStoreError: ${error}`);
  return error;
}

/** What the server itself says it has of a record. */
async function rawMetadata(url: string, id: string): Promise<Record<string, unknown>> {
  const database = `${url}/api/v2/tenants/default_tenant/databases/default_database`;
  const collection = await (await fetch(`${database}/collections/${NAME}`)).json();
  assertEquals(collection.configuration_json.hnsw.space, "cosine");
  const answer = await fetch(`${database}/collections/${collection.id}/get`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids: [id], include: ["metadatas", "documents"] }),
  });
  const { metadatas, documents } = await answer.json();
  return { ...metadatas[0], text: documents[0] };
}

real("ChromaVectorStore keeps, finds, counts, lists and drops records", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  // Before anything was written, everything is empty and nothing is an error.
  assertEquals(await store.query(NAME, vectorOf(1), { ...WITHIN, limit: 5 }), []);
  assertEquals(await store.count(NAME, WITHIN), 0);
  assertEquals(await store.ids(NAME, { ...WITHIN, offset: 0, limit: 5 }), []);
  await store.delete(NAME, ["x"], WITHIN);
  await store.drop(NAME, WITHIN);
  assertEquals(await store.collections(WITHIN), []);

  const records = Array.from(
    { length: 50 },
    (_, n) => recordOf(n, { brand: n % 2 ? "odd" : "even", document_id: `doc_${n % 5}` }),
  );
  await store.upsert(NAME, records, WITHIN);
  assertEquals(await store.count(NAME, WITHIN), 50);
  const matches = await store.query(NAME, vectorOf(7), { ...WITHIN, limit: 3 });
  assertEquals([matches.length, matches[0]!.id], [3, "chunk-7"]);
  assert(Math.abs(matches[0]!.distance) < 1e-6);
  assert(matches[0]!.distance < matches[1]!.distance);
  const filter = { brand: "odd", documentId: "doc_3" };
  const some = await store.query(NAME, vectorOf(7), { ...WITHIN, limit: 50, filter });
  assertEquals(some.map(({ id }) => id).sort(), ["chunk-13", "chunk-23", "chunk-3", "chunk-33", "chunk-43"]);
  const pages = [];
  for (let offset = 0; offset < 50; offset += 20) {
    pages.push(...await store.ids(NAME, { ...WITHIN, offset, limit: 20 }));
  }
  assertEquals(pages.sort(), records.map(({ id }) => id).sort());
  await store.delete(NAME, ["chunk-7", "nobody"], WITHIN);
  assertEquals(await store.count(NAME, WITHIN), 49);
  assertEquals(await store.collections(WITHIN), [NAME]);
  await store.drop(NAME, WITHIN);
  assertEquals(await store.collections(WITHIN), []);
  assertEquals(await store.count(NAME, WITHIN), 0);
});

real("ChromaVectorStore writes whole records: no key of an earlier one stays", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  await store.upsert(NAME, [recordOf(1, { title: "old", page: 3, brand: "b" }), recordOf(2)], WITHIN);
  await store.upsert(NAME, [{ ...recordOf(1, { brand: "c" }), text: "new" }, recordOf(3)], WITHIN);
  assertEquals(await rawMetadata(chroma.url, "chunk-1"), { brand: "c", text: "new" });
  assertEquals(await store.count(NAME, WITHIN), 3);
});

real("ChromaVectorStore takes texts that are no well-formed Unicode, and many records at once", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  await store.upsert(NAME, [{ ...recordOf(1, { title: "\udc00t" }), text: "a\ud800\u0000" }], WITHIN);
  assertEquals(await rawMetadata(chroma.url, "chunk-1"), { title: "\ufffdt", text: "a\ufffd\u0000" });
  const many = Array.from({ length: 5600 }, (_, n) => ({ ...recordOf(n), vector: vectorOf(n, 16) }));
  await store.upsert(NAME, many, { timeoutMs: 60_000 });
  assertEquals(await store.count(NAME, WITHIN), 5600);
  await store.delete(NAME, many.map(({ id }) => id), { timeoutMs: 60_000 });
  assertEquals(await store.count(NAME, WITHIN), 0);
});

real("ChromaVectorStore forgets a collection that is gone, and makes it again when it writes", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  using other = new ChromaVectorStore({ url: chroma.url });
  await store.upsert(NAME, [recordOf(1)], WITHIN);
  await other.drop(NAME, WITHIN);
  assertEquals(await store.query(NAME, vectorOf(1), { ...WITHIN, limit: 5 }), []);
  assertEquals(await store.count(NAME, WITHIN), 0);
  await store.upsert(NAME, [recordOf(2)], WITHIN);
  await other.drop(NAME, WITHIN);
  await store.upsert(NAME, [recordOf(3)], WITHIN);
  assertEquals(await other.ids(NAME, { ...WITHIN, offset: 0, limit: 9 }), ["chunk-3"]);
});

real("ChromaVectorStore does not list or use what is not its own", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const database = `${chroma.url}/api/v2/tenants/default_tenant/databases/default_database`;
  const made = await fetch(`${database}/collections`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "tutti-1-theirs-he" }),
  });
  await made.body?.cancel();
  assertEquals(await store.collections(WITHIN), []);
  // Made by somebody else, with Chroma's default of squared distances.
  const { kind, message } = await refusal(store.upsert("tutti-1-theirs-he", [recordOf(1)], WITHIN));
  assertEquals(kind, "refused");
  assertStringIncludes(message, "must be cosine: current value is l2");
});

real(
  "ChromaVectorStore calls vectors of another length, and a database that is not there, refused",
  async () => {
    await using chroma = await realChroma();
    using store = new ChromaVectorStore({ url: chroma.url });
    await store.upsert(NAME, [recordOf(1)], WITHIN);
    const other = { ...recordOf(2), vector: vectorOf(2, 8) };
    const error = await refusal(store.upsert(NAME, [other], WITHIN));
    assertEquals(error.kind, "refused");
    assertStringIncludes(error.message, "dimension of 16, got 8");
    assertEquals((await refusal(store.query(NAME, vectorOf(1, 8), { ...WITHIN, limit: 1 }))).kind, "refused");
    using elsewhere = new ChromaVectorStore({ url: chroma.url, database: "nowhere" });
    assertEquals((await refusal(elsewhere.upsert(NAME, [recordOf(1)], WITHIN))).kind, "refused");
  },
);

const FAULTS: [string, Fault | undefined, VectorStoreError["kind"]][] = [
  ["status 500", { kind: "status", status: 500 }, "server_error"],
  ["status 429", { kind: "status", status: 429 }, "server_error"],
  ["status 401", { kind: "status", status: 401 }, "refused"],
  ["a redirect", { kind: "status", status: 302 }, "refused"],
  ["a 404 that is not Chroma's", { kind: "status", status: 404, body: "<h1>nginx</h1>" }, "refused"],
  ["HTML", { kind: "garbage", body: "<!doctype html><p>hello" }, "garbage"],
  ["nothing", { kind: "garbage", body: "" }, "garbage"],
  [
    "JSON of another shape",
    { kind: "garbage", body: '{"ids":[[1]],"distances":[["x"]],"id":"../x"}' },
    "garbage",
  ],
  ["no answer", { kind: "hang" }, "timeout"],
  ["an answer in drops", { kind: "drip" }, "timeout"],
  ["an answer that is cut off", undefined, "unreachable"],
];

for (const [name, fault, kind] of FAULTS) {
  Deno.test(`ChromaVectorStore calls ${name} ${kind}, in time`, async () => {
    await using faulty = faultyServer();
    await using cutting = cuttingServer();
    if (fault) faulty.fault = fault;
    using store = new ChromaVectorStore({ url: fault ? faulty.url : cutting.url });
    const startMs = performance.now();
    const within = { timeoutMs: 300 };
    const calls = [
      store.query(NAME, vectorOf(1), { ...within, limit: 1 }),
      store.upsert(NAME, [recordOf(1)], within),
      store.delete(NAME, ["a"], within),
      store.count(NAME, within),
      store.ids(NAME, { ...within, offset: 0, limit: 1 }),
      store.collections(within),
    ];
    for (const { kind: of } of await Promise.all(calls.map(refusal))) assertEquals(of, kind);
    assert(performance.now() - startMs < 5000);
  });
}

for (
  const body of [
    '{"ids":[["a"]],"distances":[[null]]}',
    '{"ids":[["a"]],"distances":[[1e999]]}',
    '{"ids":[["a","b"]],"distances":[[0.1]]}',
    '{"ids":[[7]],"distances":[[0.1]]}',
    '{"ids":[],"distances":[]}',
    "[]",
  ]
) {
  Deno.test(`ChromaVectorStore does not believe ${body}`, async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url }) => url.endsWith("/query") ? new Response(body) : Response.json({ id, name: NAME }),
    );
    using store = new ChromaVectorStore({ url: `http://127.0.0.1:${server.addr.port}` });
    const { kind } = await refusal(store.query(NAME, vectorOf(1), { ...WITHIN, limit: 1 }));
    assertEquals(kind, "garbage");
  });
}

Deno.test("ChromaVectorStore says that nobody listens, and ends at once when its caller gives up", async () => {
  using nobody = new ChromaVectorStore({ url: "http://127.0.0.1:9" });
  assertEquals((await refusal(nobody.count(NAME, WITHIN))).kind, "unreachable");
  await using server = faultyServer();
  server.fault = { kind: "hang" };
  using store = new ChromaVectorStore({ url: server.url });
  const caller = new AbortController();
  const asked = store.count(NAME, { timeoutMs: 60_000, signal: caller.signal });
  caller.abort(new Error("gone"));
  assertEquals((await assertRejects(() => asked) as Error).message, "gone");
});

Deno.test("ChromaVectorStore has one time limit for all requests of a call", async () => {
  await using server = faultyServer();
  server.fault = { kind: "slow", delayMs: 200 }; // then 502, which it does not come to
  using store = new ChromaVectorStore({ url: server.url });
  assertEquals((await refusal(store.upsert(NAME, [recordOf(1)], { timeoutMs: 100 }))).kind, "timeout");
});

Deno.test("ChromaVectorStore does not follow a redirect: it would take the credentials along", async () => {
  await using other = faultyServer();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) => Response.redirect(`${other.url}${new URL(url).pathname}`, 307),
  );
  const headers = { "x-chroma-token": "secret" };
  using store = new ChromaVectorStore({ url: `http://127.0.0.1:${server.addr.port}`, headers });
  assertEquals((await refusal(store.collections(WITHIN))).kind, "refused");
  assertEquals(other.seen, []);
});
