import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChromaVectorStore } from "../../src/search/adapters/chroma_vector_store.ts";
import { EmbedderError } from "../../src/search/embedding_port.ts";
import { VectorStoreError } from "../../src/search/vector_port.ts";
import { VectorSync, type VectorSyncOptions } from "../../src/search/vector_sync.ts";
import { CountingEmbedder, MemoryBook, refuses } from "./vector_book.ts";
import { real, realChroma, vectorOf } from "./vector_chroma.ts";
import { type Fault, faultyServer } from "./vector_faults.ts";

const WITHIN = { timeoutMs: 20_000 };
const QUICK = { timeoutMs: 500, batchSize: 50, backoff: { minMs: 20, maxMs: 100 } };

/** A sync, its book and its embedder, and waits for what the book comes to. */
function syncOf(options: Partial<VectorSyncOptions> = {}) {
  const embedder = new CountingEmbedder();
  const book = new MemoryBook(embedder.id);
  const waiting = new Set<() => void>();
  const look = () => waiting.forEach((one) => one());
  const sync = new VectorSync({ book, embedder, onPaid: look, ...QUICK, ...options });
  const until = (what: string, isSo: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!isSo()) return;
        clearTimeout(late);
        clearInterval(timer);
        waiting.delete(check);
        resolve();
      };
      const late = setTimeout(() => {
        clearInterval(timer);
        waiting.delete(check);
        reject(new Error(`not ${what}: ${book.owes} owed, ${JSON.stringify(sync.state())}`));
      }, 40_000);
      const timer = setInterval(check, 20);
      waiting.add(check);
      check();
    });
  const untilPaid = () => until("paid", () => book.owes === 0 && sync.state().state === "idle");
  return { sync, book, embedder, until, untilPaid };
}

/** What Chroma has, as the book writes it. */
async function inChroma(url: string): Promise<Record<string, string[]>> {
  using store = new ChromaVectorStore({ url });
  const all: Record<string, string[]> = {};
  for (const name of await store.collections(WITHIN)) {
    const ids = await store.ids(name, { ...WITHIN, offset: 0, limit: 100_000 });
    if (ids.length > 0) all[name] = ids.sort();
  }
  return all;
}

function fill(book: MemoryBook, count: number): number[] {
  return Array.from({ length: count }, (_, n) => book.add(`c${n}`, { lang: n % 3 ? "he" : "en" }));
}

real("VectorSync writes what is owed, each language apart, and removes what has gone", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, embedder, untilPaid } = syncOf();
  await using _ = sync;
  assertEquals(sync.state().state, "waiting");
  const seqs = fill(book, 230);
  sync.connected(store);
  await untilPaid();
  assertEquals(await inChroma(chroma.url), book.all());
  assertEquals([embedder.twice, sync.state()], [[], { state: "idle", written: 230, embedded: 230 }]);
  for (const seq of seqs.slice(0, 20)) book.remove(seq);
  book.add("later");
  book.change(seqs[100]!, { document_id: "doc_2" });
  sync.wake();
  await untilPaid();
  assertEquals(await inChroma(chroma.url), book.all());
  const found = await store.query("tutti-1-count-v1-he", vectorOf(1), {
    ...WITHIN,
    limit: 500,
    filter: { documentId: "doc_2" },
  });
  assertEquals(found.length, 1);
});

real("VectorSync survives a Chroma that is killed in the middle, and embeds nothing twice", async () => {
  await using chroma = await realChroma();
  let store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, embedder, until, untilPaid } = syncOf();
  await using _ = sync;
  chroma.connection.onChange(({ status, url, reason }) => {
    if (status !== "connected") return sync.disconnected({ reason: reason ?? status });
    store[Symbol.dispose]();
    store = new ChromaVectorStore({ url: url! });
    sync.connected(store);
  });
  fill(book, 1500);
  sync.connected(store);
  for (const atLeast of [100, 500]) {
    await until(`${atLeast} written`, () => sync.state().written >= atLeast);
    await chroma.kill();
  }
  await untilPaid();
  assertEquals(await inChroma(chroma.url), book.all());
  assertEquals(embedder.twice, []);
  store[Symbol.dispose]();
});

const FAULTS: [string, Fault][] = [
  ["is slow", { kind: "slow", delayMs: 50 }],
  ["answers 500", { kind: "status", status: 500 }],
  ["hangs", { kind: "hang" }],
  ["answers garbage", { kind: "garbage", body: "<p>" }],
  ["answers what no Chroma would", { kind: "garbage", body: '{"ids":[3]}' }],
  ["refuses", { kind: "status", status: 401 }],
];
for (const [name, fault] of FAULTS) {
  real(`VectorSync pays all debts to a Chroma that ${name} for a while`, async () => {
    await using chroma = await realChroma();
    await using front = faultyServer(chroma.url);
    using store = new ChromaVectorStore({ url: front.url });
    const { sync, book, embedder, until, untilPaid } = syncOf();
    await using _ = sync;
    const seqs = fill(book, 300);
    sync.connected(store);
    await until("some written", () => sync.state().written >= 50);
    front.fault = fault;
    for (const seq of seqs.slice(0, 30)) book.remove(seq);
    sync.wake();
    if (fault.kind !== "slow") {
      await until("waiting", () => sync.state().state === "waiting" || book.owes === 0);
      if (book.owes > 0) assert(sync.state().reason && sync.state().retryAtMs);
    }
    front.fault = { kind: "none" };
    await untilPaid();
    assertEquals(await inChroma(chroma.url), book.all());
    assertEquals(embedder.twice, []);
  });
}

real(
  "VectorSync owes all again when Chroma's folder was wiped, and drops what no generation has",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-vectors-" });
    const { sync, book, untilPaid } = syncOf();
    await using _ = sync;
    fill(book, 120);
    {
      await using chroma = await realChroma(folder);
      using store = new ChromaVectorStore({ url: chroma.url });
      sync.connected(store);
      await untilPaid();
      sync.disconnected({ reason: "stopped" });
      assertEquals(sync.state().reason, "stopped");
    }
    await Deno.remove(folder, { recursive: true });
    await using chroma = await realChroma();
    using store = new ChromaVectorStore({ url: chroma.url });
    const orphan = { vector: vectorOf(1), text: "", metadata: {} };
    // Of a generation that is gone; of a living one, but known to nobody; and one that only looks like ours.
    await store.upsert("tutti-7-count-v1-he", [{ id: "old", ...orphan }], WITHIN);
    await store.upsert("tutti-1-count-v1-he", [{ id: "stray", ...orphan }], WITHIN);
    await store.upsert("tutti-notes", [{ id: "kept", ...orphan }], WITHIN);
    sync.connected(store);
    await untilPaid();
    assertEquals(await inChroma(chroma.url), { ...book.all(), "tutti-notes": ["kept"] });
    assertEquals(sync.state().written, 240);
  },
);

real(
  "VectorSync finds by audit what it wrote and did not note down, and does not call it an orphan",
  async () => {
    await using chroma = await realChroma();
    using store = new ChromaVectorStore({ url: chroma.url });
    const { sync, book, untilPaid } = syncOf();
    await using _ = sync;
    fill(book, 60);
    const half = book.owed(30).map(({ chunkId }) => ({
      id: chunkId,
      vector: vectorOf(1),
      text: "",
      metadata: {},
    }));
    await store.upsert(
      "tutti-1-count-v1-he",
      half.filter(({ id }) => book.sort("tutti-1-count-v1-he", [id]).known.length),
      WITHIN,
    );
    sync.connected(store);
    await untilPaid();
    assertEquals(await inChroma(chroma.url), book.all());
    assertEquals(sync.state().written, 60);
  },
);

real("VectorSync drops collections of generations that are gone", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, untilPaid } = syncOf();
  await using _ = sync;
  const seqs = fill(book, 10);
  sync.connected(store);
  await untilPaid();
  for (const seq of seqs) book.rows.delete(seq);
  book.droppedOwed.push("tutti-1-count-v1-he", "tutti-1-count-v1-en");
  sync.wake();
  await untilPaid();
  assertEquals(await inChroma(chroma.url), {});
});

real("VectorSync leaves out what the embedder never takes, and says so; the rest is written", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, embedder, until } = syncOf();
  await using _ = sync;
  fill(book, 130);
  const bad = ["text of c0", "text of c70", "text of c71"];
  embedder.before = refuses(...bad);
  sync.connected(store);
  await until("all but three", () => book.owes === 3 && sync.state().state === "idle");
  assertEquals(book.owed(9).map(({ embedText }) => embedText), bad);
  assertStringIncludes(
    sync.state().reason ?? "",
    "3 passages are left out until the next start: does not take",
  );
  const asked = embedder.made.size;
  sync.wake();
  book.add("another");
  await until("the next", () => book.owes === 3);
  assertEquals(embedder.made.size, asked + 1);
});

real("VectorSync leaves out a record that Chroma never takes, but waits where it takes none", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, until } = syncOf();
  await using _ = sync;
  fill(book, 120);
  const upsert = store.upsert.bind(store);
  let bad = (id: string): boolean => id === "c7";
  store.upsert = (collection, records, options) => {
    if (records.some(({ id }) => bad(id))) throw new VectorStoreError("refused", "no such letters");
    return upsert(collection, records, options);
  };
  sync.connected(store);
  await until("all but one", () => book.owes === 1 && sync.state().state === "idle");
  assertEquals(book.owed(9).map(({ chunkId }) => chunkId), ["c7"]);
  assertStringIncludes(sync.state().reason ?? "", "1 passages are left out until the next start: no such");
  bad = () => true;
  for (let n = 0; n < 100; n++) book.add(`later${n}`);
  sync.wake();
  await until("waiting", () => sync.state().state === "waiting");
  assertStringIncludes(sync.state().reason ?? "", "no such letters");
  bad = () => false;
  // A new connection may be to a server that takes them.
  sync.connected(store);
  await until("all", () => book.owes === 0);
});

real("VectorSync waits for an embedder that refuses all, or asks for a pause; removals go on", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  const { sync, book, embedder, until, untilPaid } = syncOf();
  await using _ = sync;
  const first = book.add("first");
  sync.connected(store);
  await untilPaid();
  fill(book, 20);
  let asked = 0;
  embedder.before = () => {
    asked++;
    throw new EmbedderError("wrong key", { retryable: false, retryAfterS: 2 });
  };
  const startMs = performance.now();
  sync.wake();
  await until("waiting", () => sync.state().state === "waiting");
  assertStringIncludes(sync.state().reason ?? "", "embedder: wrong key");
  assert((sync.state().retryAtMs ?? 0) > Date.now() + 1000);
  const askedThen = asked;
  book.remove(first);
  sync.wake();
  await until("removed", () => book.removalsOwed.length === 0);
  assertEquals([asked, book.owes], [askedThen, 20]);
  embedder.before = () => {};
  await untilPaid();
  assert(performance.now() - startMs > 1900, "it was asked to wait two seconds");
  assertEquals(await inChroma(chroma.url), book.all());
});

real(
  "VectorSync leaves chunks of another embedder alone, and a debt that is made anew is paid anew",
  async () => {
    await using chroma = await realChroma();
    await using front = faultyServer(chroma.url);
    using store = new ChromaVectorStore({ url: front.url });
    const { sync, book, until } = syncOf();
    await using _ = sync;
    book.add("theirs", { embedderId: "other-v1" });
    const seq = book.add("mine");
    front.fault = { kind: "slow", delayMs: 150 };
    front.only = /upsert$/;
    sync.connected(store);
    await until("being written", () => front.seen.some((path) => path.endsWith("/upsert")));
    book.change(seq, { document_id: "doc_9" });
    sync.wake();
    await until("paid", () => book.owes === 1);
    assertEquals(sync.state().written, 2);
    const filter = { documentId: "doc_9" };
    const found = await store.query("tutti-1-count-v1-he", vectorOf(1), { ...WITHIN, limit: 9, filter });
    assertEquals(found.map(({ id }) => id), ["mine"]);
  },
);

real("VectorSync never has two requests under way, and embeds while it writes", async () => {
  await using chroma = await realChroma();
  using store = new ChromaVectorStore({ url: chroma.url });
  let underWay = 0;
  let most = 0;
  let embeddedMeanwhile = 0;
  const watched = new Proxy(store, {
    get(target, name) {
      const method = target[name as keyof ChromaVectorStore] as unknown as (
        ...args: unknown[]
      ) => Promise<unknown>;
      return async (...args: unknown[]) => {
        most = Math.max(most, ++underWay);
        try {
          return await method.apply(target, args);
        } finally {
          underWay--;
        }
      };
    },
  });
  const { sync, book, embedder, untilPaid } = syncOf();
  await using _ = sync;
  embedder.before = () => {
    if (underWay > 0) embeddedMeanwhile++;
  };
  fill(book, 400);
  sync.connected(watched);
  for (let n = 0; n < 20; n++) sync.wake();
  await untilPaid();
  assertEquals(most, 1);
  assert(embeddedMeanwhile >= 3);
  assertEquals(await inChroma(chroma.url), book.all());
});

Deno.test("VectorSync tries again at once when Chroma is said to be there again", async () => {
  await using front = faultyServer();
  front.fault = { kind: "status", status: 500 };
  using store = new ChromaVectorStore({ url: front.url });
  const { sync, book, until } = syncOf({ backoff: { minMs: 600_000, maxMs: 600_000 } });
  await using _ = sync;
  book.add("one");
  sync.connected(store);
  await until("waiting", () => sync.state().state === "waiting");
  const asked = front.seen.length;
  for (let n = 0; n < 5; n++) sync.wake(); // what is new is no reason to ask a server that does not answer
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(front.seen.length, asked);
  sync.connected(store);
  await until("asked again", () => front.seen.length > asked);
});

Deno.test("VectorSync is off where there is no Chroma, and ends while a server hangs", async () => {
  await using front = faultyServer();
  front.fault = { kind: "hang" };
  using store = new ChromaVectorStore({ url: front.url });
  const { sync, until } = syncOf({ timeoutMs: 60_000 });
  sync.disconnected({ reason: "CHROMA_URL=off", isOff: true });
  assertEquals(sync.state().state, "off");
  sync.connected(store);
  await until("asked", () => front.seen.length > 0);
  await sync[Symbol.asyncDispose]();
});
