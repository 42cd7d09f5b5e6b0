import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../src/platform/errors.ts";
import type { SearchFilters } from "../../src/search/retrieval_port.ts";
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import { ThreadedRetriever } from "../../src/search/threaded_retriever.ts";
import { HASH, openShelf, page, query } from "./retrieve_fixture.ts";

const CONNECTED = { status: "connected", mode: "remote", restarts: 0 } as const;

Deno.test("ThreadedRetriever finds by words what was put, at once, with where it came from", async () => {
  await using shelf = await openShelf();
  await shelf.index.put(page("piano", "## Pedals\n\nThe stage piano has three pedals.", {
    brand: "roland",
    kind: "product",
    tags: ["new"],
  }));
  const { passages, degraded } = await shelf.retriever.search(query("pedals", "keyword"));
  assertEquals(degraded, false);
  const [passage] = passages;
  assertEquals(passage!.url, "https://shop.example/piano");
  assertEquals([passage!.title, passage!.brand, passage!.kind, passage!.tags, passage!.lang], [
    "Page piano",
    "roland",
    "product",
    ["new"],
    "en",
  ]);
  assertEquals(passage!.headingPath, ["Pedals"]);
  assertEquals([passage!.keywordRank, passage!.vectorRank, passage!.coverage], [1, undefined, 1]);
  assertStringIncludes(passage!.snippet, "three <mark>pedals</mark>");
  await shelf.index.remove({ documentId: passage!.documentId });
  assertEquals((await shelf.retriever.search(query("pedals", "keyword"))).passages, []);
});

Deno.test("ThreadedRetriever does not show a document that is being removed, in steps", async () => {
  await using shelf = await openShelf();
  await shelf.index.put(page("piano", "The stage piano has three pedals."));
  using db = new DatabaseSync(shelf.path);
  db.exec("UPDATE documents SET going = 1");
  assertEquals((await shelf.retriever.search(query("pedals", "keyword"))).passages, []);
});

Deno.test("ThreadedRetriever marks Hebrew words whole, their prefixes included", async () => {
  await using shelf = await openShelf();
  await shelf.index.put(page("he", "קנינו את הגיטרה החשמלית מהחנות בתל אביב."));
  const { passages } = await shelf.retriever.search(query("גיטרה", "keyword"));
  assertStringIncludes(passages[0]!.snippet, "<mark>הגיטרה</mark>");
  assertEquals([passages[0]!.lang, passages[0]!.coverage], ["he", 1]);
});

Deno.test("ThreadedRetriever holds every filter", async () => {
  await using shelf = await openShelf();
  const text = (name: string) => `The ${name} amplifier hums quietly.`;
  await shelf.index.put(
    page("one", text("first"), { brand: "a", kind: "product", tags: ["x", "y"], fetchedMs: 1_000 }),
  );
  await shelf.index.put(
    page("two", text("second"), {
      brand: "b",
      kind: "article",
      tags: ["x"],
      fetchedMs: 2_000,
      source: "upload",
    }),
  );
  await shelf.index.put(page("sub/three", text("third"), { fetchedMs: 3_000 }));
  await shelf.index.put(page("he", "המגבר הזה amplifier מזמזם בשקט רב מאוד ואין לו אח ורע"));
  const found = async (more: { brand?: string; lang?: string; filters?: SearchFilters }) => {
    const { passages } = await shelf.retriever.search(query("amplifier", "keyword", more));
    return passages.map(({ url }) => url!.slice("https://shop.example/".length)).sort();
  };
  assertEquals(await found({}), ["he", "one", "sub/three", "two"]);
  assertEquals(await found({ brand: "a" }), ["one"]);
  assertEquals(await found({ lang: "he" }), ["he"]);
  assertEquals(await found({ filters: { kinds: ["product"] } }), ["one"]);
  assertEquals(await found({ filters: { kinds: ["product", "article"] } }), ["one", "two"]);
  assertEquals(await found({ filters: { tags: ["x"] } }), ["one", "two"]);
  assertEquals(await found({ filters: { tags: ["x", "y"] } }), ["one"]);
  assertEquals(await found({ filters: { source: "upload" } }), ["two"]);
  assertEquals(await found({ filters: { documentId: page("two", "").documentId } }), ["two"]);
  assertEquals(await found({ filters: { urlPrefix: "https://shop.example/sub/" } }), ["sub/three"]);
  assertEquals(await found({ filters: { fetchedFromMs: 2_000 } }), ["sub/three", "two"]);
  assertEquals(await found({ filters: { fetchedBeforeMs: 2_000 } }), ["he", "one"]);
  assertEquals(await found({ filters: { fetchedBeforeMs: 2_000, kinds: ["product"] } }), ["one"]);
  assertEquals(await found({ brand: "a", filters: { source: "upload" } }), []);
});

Deno.test("ThreadedRetriever groups by page, with so many passages of each", async () => {
  await using shelf = await openShelf();
  const section = (at: number) =>
    `## Part ${at}\n\n${`Tuning the harp number ${at} takes patience. `.repeat(16)}`;
  await shelf.index.put(page("harp", [1, 2, 3, 4].map(section).join("\n\n"), { brand: "salvi" }));
  await shelf.index.put(page("other", "A word about a harp, too."));
  const flat = await shelf.retriever.search(query("harp", "keyword"));
  assert(flat.passages.length >= 5, `${flat.passages.length} passages`);
  assertEquals(flat.pages, undefined);
  const { passages, pages } = await shelf.retriever.search(
    query("harp", "keyword", { groupBy: "page", perPage: 2 }),
  );
  assertEquals(pages!.map(({ url }) => url).sort(), [
    "https://shop.example/harp",
    "https://shop.example/other",
  ]);
  assertEquals(pages!.flatMap((each) => each.passages), passages.map(({ chunkId }) => chunkId));
  const harp = pages!.find(({ brand }) => brand === "salvi")!;
  assertEquals(harp.passages.length, 2);
  assertEquals(
    (await shelf.retriever.search(query("harp", "keyword", { groupBy: "page", k: 1 }))).pages!.length,
    1,
  );
});

Deno.test("ThreadedRetriever shows a text that stands under several addresses once", async () => {
  await using shelf = await openShelf();
  const warranty = "The warranty of this organ lasts five years.";
  await shelf.index.put(page("one", warranty));
  await shelf.index.put(page("two", warranty));
  await shelf.index.put(page("three", `${warranty} And a day.`));
  const { passages } = await shelf.retriever.search(query("warranty organ", "keyword"));
  assertEquals(passages.map(({ text }) => text).sort(), [warranty, `${warranty} And a day.`]);
});

Deno.test("ThreadedRetriever answers by words, degraded, while Chroma is away, and says why", async () => {
  await using shelf = await openShelf();
  await shelf.index.put(page("piano", "A stage piano."));
  const reasons: string[] = [];
  const states = [
    undefined,
    { status: "unavailable", mode: "local", restarts: 2, reason: "it\ndied" },
    { status: "off", mode: "off", restarts: 0 },
  ] as const;
  for (const state of states) {
    if (state) shelf.retriever.vectorDatabaseIs(state);
    const answer = await shelf.retriever.search(query("piano", "hybrid"));
    assertEquals([answer.degraded, answer.passages.length], [true, 1]);
    reasons.push(answer.degradedReason!);
    const words = await shelf.retriever.search(query("piano", "keyword"));
    assertEquals([words.degraded, words.passages.length], [false, 1]);
    const error = await assertRejects(() => shelf.retriever.search(query("piano", "vector")), ServiceError);
    assertEquals(error.code, "unavailable");
    assertStringIncludes(error.message, answer.degradedReason!);
  }
  assertEquals(reasons, [
    "Chroma has not started yet",
    "Chroma is unavailable: it died",
    "Chroma is switched off",
  ]);
});

Deno.test("ThreadedRetriever does not compare vectors of two embedders", async () => {
  const embedder = {
    kind: "openai",
    url: "http://127.0.0.1:1/v1",
    model: "m",
    batchSize: 1,
    requestsPerMinute: 0,
    timeoutMs: 100,
  } as const;
  await using shelf = await openShelf({ embedder });
  await shelf.index.put(page("piano", "A stage piano."));
  shelf.retriever.vectorDatabaseIs(CONNECTED, { url: "http://127.0.0.1:1" });
  const { degraded, degradedReason, passages } = await shelf.retriever.search(query("piano", "hybrid"));
  assertEquals([degraded, passages.length], [true, 1]);
  assertStringIncludes(degradedReason!, "the index was made with the embedder hash-1-512");
});

Deno.test("ThreadedRetriever waits for the index's file, and says so when it does not come", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-retrieve-" });
  try {
    const path = join(folder, "search.db");
    await using retriever = await ThreadedRetriever.open({ path, embedder: HASH, vectorTimeoutMs: 100 });
    const early = retriever.search(query("piano", "keyword"));
    await using index = await ThreadedIndex.open({ path, maxTokens: 200, embedder: HASH });
    assertEquals((await early).passages, []);
    await index.put(page("piano", "A stage piano."));
    assertEquals((await retriever.search(query("piano", "keyword"))).passages.length, 1);

    await using never = await ThreadedRetriever.open({
      path: join(folder, "other.db"),
      embedder: HASH,
      vectorTimeoutMs: 100,
    });
    const stop = new AbortController();
    const waiting = never.search(query("piano", "keyword"), { signal: stop.signal });
    stop.abort(new Error("gone"));
    await assertRejects(() => waiting, Error, "gone");
    const error = await assertRejects(() => never.search(query("piano", "keyword")), ServiceError);
    assertEquals(error.code, "unavailable");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ThreadedRetriever refuses searches once it is closed", async () => {
  const shelf = await openShelf();
  await shelf[Symbol.asyncDispose]();
  const error = await assertRejects(() => shelf.retriever.search(query("piano", "keyword")), ServiceError);
  assertEquals(error.code, "unavailable");
});
