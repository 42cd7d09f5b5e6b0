import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { hangingServer, openShelf, page, query, type Shelf } from "./retrieve_fixture.ts";
import { real, type RealChroma, realChroma } from "./vector_chroma.ts";

function tell({ index, retriever }: Shelf, chroma: RealChroma): void {
  const { connection } = chroma;
  index.vectorDatabaseIs(connection.state(), connection.server());
  retriever.vectorDatabaseIs(connection.state(), connection.server());
}

/** Puts a page and waits for its vectors. */
async function put(shelf: Shelf, document: Parameters<Shelf["index"]["put"]>[0]): Promise<void> {
  await shelf.index.put(document);
  assert(await shelf.index.settled(document.documentId, { timeoutMs: 120_000 }));
}

real("ThreadedRetriever finds by vectors what no word says, in every language's collection", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf();
  tell(shelf, chroma);
  await put(shelf, page("en", "The amplification stage warms up slowly in the evening."));
  await put(shelf, page("he", "הפסנתרנים המפורסמים ניגנו באולם הגדול."));
  await put(shelf, page("far", "A recipe with tomatoes, onions and olives."));
  const first = async (text: string) => {
    const { passages, degraded } = await shelf.retriever.search(query(text, "vector"));
    assertEquals(degraded, false);
    assertEquals([passages[0]!.keywordRank, passages[0]!.vectorRank], [undefined, 1]);
    return passages[0]!.url;
  };
  assertEquals(await first("amplificationstages"), "https://shop.example/en");
  assertEquals(await first("פסנתרנית"), "https://shop.example/he");
  const { passages } = await shelf.retriever.search(query("amplification", "vector", { lang: "he" }));
  assertEquals(passages.map(({ lang }) => lang), ["he"]);
});

real("ThreadedRetriever fuses both lists, and says each place", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf();
  tell(shelf, chroma);
  await put(shelf, page("harp", "A harp for concerts."));
  await put(shelf, page("harpist", "Harpsichordists and harpists meet."));
  const { passages, degraded } = await shelf.retriever.search(query("harp concerts", "hybrid"));
  assertEquals(degraded, false);
  assertEquals([passages[0]!.url, passages[0]!.keywordRank, passages[0]!.vectorRank], [
    "https://shop.example/harp",
    1,
    1,
  ]);
  assert(passages[0]!.score > passages[1]!.score);
});

real("ThreadedRetriever finds the few that pass a filter among many that do not", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf();
  tell(shelf, chroma);
  // Far more neighbours than are looked at, all nearer than the one that is asked for.
  const near = Array.from(
    { length: 400 },
    (_, at) => page(`n${at}`, `Tuning forks ${at}.`, { brand: "many" }),
  );
  await Promise.all(near.map((document) => shelf.index.put(document)));
  await put(
    shelf,
    page("rare", "Forks in the road, and other matters of tuning a lute.", { brand: "few", tags: ["t"] }),
  );
  for (const document of near) assert(await shelf.index.settled(document.documentId, { timeoutMs: 120_000 }));
  const found = await shelf.retriever.search(query("tuning forks", "vector", { brand: "few" }));
  assertEquals(found.passages.map(({ brand }) => brand), ["few"]);
  const none = await shelf.retriever.search(query("tuning forks", "vector", { brand: "none" }));
  assertEquals(none.passages, []);
  const byTime = await shelf.retriever.search(
    query("tuning forks", "vector", { filters: { fetchedFromMs: 5_000 } }),
  );
  assertEquals(byTime.passages, []);
});

real("ThreadedRetriever goes on by words when Chroma is killed, and by vectors when it is back", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf();
  tell(shelf, chroma);
  await put(shelf, page("piano", "A stage piano."));
  assertEquals((await shelf.retriever.search(query("piano", "hybrid"))).degraded, false);
  await chroma.kill();
  // Nobody has told it: what it knows is an address where nobody is.
  const without = await shelf.retriever.search(query("piano", "hybrid"));
  assertEquals([without.degraded, without.passages.length], [true, 1]);
  tell(shelf, chroma);
  const again = await shelf.retriever.search(query("piano", "hybrid"));
  assertEquals([again.degraded, again.passages[0]!.vectorRank], [false, 1]);
});

real("ThreadedRetriever waits for vectors that hang no longer than it may, and soon not at all", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf({ vectorTimeoutMs: 300 });
  tell(shelf, chroma);
  await put(shelf, page("piano", "A stage piano."));
  await using hanging = hangingServer();
  const connected = { status: "connected", mode: "remote", restarts: 0 } as const;
  shelf.retriever.vectorDatabaseIs(connected, { url: hanging.url });
  for (let search = 0; search < 12; search++) {
    const { degraded, degradedReason, passages } = await shelf.retriever.search(query("piano", "hybrid"));
    assertEquals([degraded, passages.length], [true, 1]);
    assert(!degradedReason!.includes("\n"));
    if (search === 0) assertStringIncludes(degradedReason!, "300 ms");
  }
  assert(hanging.asked() >= 1 && hanging.asked() <= 5, `${hanging.asked()} requests of twelve searches`);
  const asked = hanging.asked();
  assertEquals((await shelf.retriever.search(query("piano", "keyword"))).degraded, false);
  assertEquals(hanging.asked(), asked);
});

real("ThreadedRetriever lets an aborted search go, and goes on with the others", async () => {
  await using chroma = await realChroma();
  await using shelf = await openShelf({ vectorTimeoutMs: 20_000 });
  tell(shelf, chroma);
  await put(shelf, page("piano", "A stage piano."));
  await using hanging = hangingServer();
  const connected = { status: "connected", mode: "remote", restarts: 0 } as const;
  shelf.retriever.vectorDatabaseIs(connected, { url: hanging.url });
  const stop = new AbortController();
  const waiting = shelf.retriever.search(query("piano", "hybrid"), { signal: stop.signal });
  // Words of another are found while the first still waits for its vectors.
  assertEquals((await shelf.retriever.search(query("piano", "keyword"))).passages.length, 1);
  stop.abort(new Error("not wanted any more"));
  await assertRejects(() => waiting, Error, "not wanted any more");
  await assertRejects(
    () => shelf.retriever.search(query("piano", "hybrid"), { signal: stop.signal }),
    Error,
    "not wanted any more",
  );
  tell(shelf, chroma);
  assertEquals((await shelf.retriever.search(query("piano", "hybrid"))).degraded, false);
});
