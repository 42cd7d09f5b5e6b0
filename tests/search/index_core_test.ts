import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../src/platform/errors.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import { contentsOf, docId, IndexBench, page, sections } from "./index_fixture.ts";

function seqs(at: IndexBench): Record<string, number> {
  return Object.fromEntries(at.query("SELECT id, seq FROM chunks").map(({ id, seq }) => [id, Number(seq)]));
}

Deno.test("put() adds a document, and the same again writes a date and nothing else", async () => {
  using at = new IndexBench();
  const first = at.put(page("a", sections("pianos", "organs", "drums")));
  assertEquals(first, { documentId: docId("a"), change: "new", chunks: 3, added: 3, removed: 0, kept: 0 });
  const before: Record<string, unknown> = { ...contentsOf(at.path), seqs: seqs(at), documents: [] };
  at.pay();
  const again = at.put(page("a", sections("pianos", "organs", "drums"), { fetchedMs: 2000 }));
  assertEquals(again, { ...first, change: "unchanged", added: 0, kept: 3 });
  assertEquals(at.pay(), []);
  assertEquals(at.core.find({ documentId: docId("a") })!.fetchedMs, 2000);
  assertEquals({ ...contentsOf(at.path), seqs: seqs(at), documents: [] }, before);
  await at.assertBooks();
});

Deno.test("put() of a changed page replaces changed chunks only: the others keep row and vector", async () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos", "organs", "drums")));
  at.pay();
  const before = seqs(at);
  const answer = at.put(page("a", sections("flutes", "pianos", "drums"), { fetchedMs: 2000 }));
  assertEquals(answer, {
    documentId: docId("a"),
    change: "changed",
    chunks: 3,
    added: 1,
    removed: 1,
    kept: 2,
  });
  const { chunks } = at.core.read(docId("a"))!;
  assertEquals(
    chunks.map(({ ordinal, hasVector, text }) => [ordinal, hasVector, /flutes|pianos|drums/.exec(text)![0]]),
    [
      [0, false, "flutes"],
      [1, true, "pianos"],
      [2, true, "drums"],
    ],
  );
  for (const { chunkId, hasVector } of chunks) {
    assertEquals(before[chunkId], hasVector ? seqs(at)[chunkId] : undefined);
  }
  const gone = Object.keys(before).filter((id) => chunks.every(({ chunkId }) => chunkId !== id));
  assertEquals(
    at.book.debts.removals(10),
    gone.map((chunkId) => ({ collection: "tutti-1-test-1-en", chunkId })),
  );
  assertEquals(at.pay(), [chunks[0]!.chunkId]);
  await at.assertBooks();
});

Deno.test("put() with another title or brand owes the vectors again and writes words anew; other tags only words", async () => {
  for (
    const [more, owed] of [[{ title: "Zither" }, 2], [{ brand: "zither" }, 2], [{ tags: ["zither"] }, 0], [{
      kind: "zither",
    }, 0]] as const
  ) {
    using at = new IndexBench();
    at.put(page("a", sections("pianos", "organs")));
    at.pay();
    const changed = page("a", sections("pianos", "organs"), more as Partial<IndexDocument>);
    assertEquals(at.put(changed).kept, 2);
    using fresh = new IndexBench();
    fresh.put(changed);
    assertEquals(contentsOf(at.path), contentsOf(fresh.path), "as if it had always been so");
    const debts = at.book.debts.owed(10);
    assertEquals(debts.length, owed, JSON.stringify(more));
    if ("title" in more) assertEquals(debts[0]!.embedText.split("\n")[0], "Zither");
    await at.assertBooks();
  }
});

Deno.test("put() in another language moves chunks to that collection and leaves no record behind", async () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos"), { language: "en" }));
  at.pay();
  at.put(page("a", sections("pianos"), { language: "fr" }));
  const { chunkId, lang } = at.core.read(docId("a"))!.chunks[0]!;
  assertEquals(lang, "fr");
  assertEquals(at.book.debts.removals(10), [{ collection: "tutti-1-test-1-en", chunkId }]);
  assertEquals(at.book.debts.owed(10).map((debt) => debt.lang), ["fr"]);
  await at.assertBooks();
});

Deno.test("put() of a version that was read before the one that is here changes nothing", () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos"), { fetchedMs: 2000 }));
  assertEquals(at.put(page("a", sections("organs"), { fetchedMs: 1000 })).change, "unchanged");
  assertEquals(at.core.read(docId("a"))!.markdown, sections("pianos"));
  at.book.transaction(() => at.core.touch(docId("a"), 5000));
  assertEquals(
    at.put(page("a", sections("drums"), { fetchedMs: 3000 })).change,
    "changed",
    "vouched for is not read",
  );
  at.put(page("b", sections("pianos"), { fetchedMs: 9e15 }));
  assertEquals(
    at.put(page("b", sections("organs"))).change,
    "changed",
    "a clock that was wrong holds nobody up",
  );
});

Deno.test("ids of the caller's that begin alike are documents of their own", async () => {
  using at = new IndexBench();
  for (const documentId of ["manual", "manual-2", "manual.2", "manual_2"]) {
    at.put({ ...page("a", sections(documentId)), documentId, source: "upload", url: undefined });
  }
  assertEquals(at.core.read("manual")!.chunks.length, 1);
  at.put({
    ...page("a", sections("drums", "organs")),
    documentId: "manual",
    source: "upload",
    url: undefined,
  });
  assertEquals(at.core.read("manual-2")!.chunks.length, 1);
  await at.assertBooks();
});

Deno.test("repeated passages have names of their own, and those that stay keep theirs", async () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos", "pianos", "organs")));
  const [first, second, third] = at.core.read(docId("a"))!.chunks.map(({ chunkId }) => chunkId);
  assertEquals(second, `${first}-2`);
  assertEquals(/^doc_[0-9a-f]{24}:[0-9a-f]{16}$/.test(first!), true);
  at.put(page("a", sections("pianos", "organs")));
  assertEquals(at.core.read(docId("a"))!.chunks.map(({ chunkId }) => chunkId), [first, third]);
  await at.assertBooks();
});

Deno.test("an address leads to the document it led to last; a page that none leads to has gone", async () => {
  using at = new IndexBench();
  at.put(page("old", sections("pianos")));
  at.put(page("other", sections("drums"), { aliases: ["https://shop.example/o"] }));
  const urls = () => at.core.list({ limit: 10 }).documents.map(({ url }) => url!.slice(21)).toSorted();
  // /old redirects to /new now.
  at.put(
    page("new", sections("organs"), { aliases: ["https://shop.example/old", "https://shop.example/o"] }),
  );
  assertEquals(urls(), ["new", "other"]);
  assertEquals(at.core.find({ url: "https://shop.example/o#x" })!.documentId, docId("new"));
  assertEquals(at.core.find({ url: "https://shop.example/old?utm_source=mail" })!.documentId, docId("new"));
  assertEquals(at.core.find({ url: "https://shop.example/other" })!.documentId, docId("other"));
  // The same text again, asked for by an alias that another took meanwhile.
  at.put(page("other", sections("drums"), { aliases: ["https://shop.example/o"] }));
  assertEquals(at.core.find({ url: "https://shop.example/o" })!.documentId, docId("other"));
  await at.assertBooks();
});

Deno.test("what was handed in takes no address from a page and is never an orphan", () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos")));
  const upload: IndexDocument = {
    ...page("mine", sections("organs")),
    source: "upload",
    url: "https://shop.example/a",
  };
  at.put(upload);
  assertEquals(at.core.find({ url: "https://shop.example/a" })!.documentId, docId("a"));
  at.put({ ...upload, documentId: docId("free"), url: "https://shop.example/free" });
  assertEquals(at.core.find({ url: "https://shop.example/free" })!.documentId, docId("free"));
  at.put(page("free2", sections("drums"), { url: "https://shop.example/free" }));
  assertEquals(at.core.find({ url: "https://shop.example/free" })!.documentId, docId("free2"));
  assertNotEquals(at.core.find({ documentId: docId("free") }), undefined);
});

Deno.test("remove() takes what every condition of the filter names, from words at once, and owes the rest", async () => {
  using at = new IndexBench();
  const fill = () => {
    at.put(page("a/1", sections("pianos"), { brand: "x", tags: ["t", "u"] }));
    at.put(
      page("a/2", sections("organs"), { brand: "y", tags: ["t"], aliases: ["https://shop.example/two"] }),
    );
    at.put(page("b/3", sections("drums"), { brand: "x", source: "upload" }));
  };
  const left = () => at.core.list({ limit: 10 }).documents.map(({ url }) => url!.at(-1)).toSorted().join("");
  for (
    const [filter, expected] of [
      [{ documentId: docId("a/1") }, "23"],
      [{ url: "https://shop.example/two" }, "13"],
      [{ urlPrefix: "https://shop.example/a/" }, "3"],
      [{ brand: "x" }, "2"],
      [{ source: "upload" as const }, "12"],
      [{ tag: "t" }, "3"],
      [{ tag: "t", brand: "x" }, "23"],
      [{ brand: "z" }, "123"],
    ] as const
  ) {
    fill();
    at.pay();
    const { documents, chunks } = at.remove(filter);
    assertEquals(left(), expected, JSON.stringify(filter));
    assertEquals(documents, 3 - expected.length);
    assertEquals(at.book.debts.removals(10).length, chunks);
    await at.assertBooks();
  }
  const error = assertThrows(() => at.remove({}), ServiceError);
  assertEquals(error.code, "invalid_request");
});

Deno.test("a chunk made owed again while it is being written stays owed; one that went is not brought back", async () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos", "organs")));
  const taken = at.book.debts.owed(10);
  at.put(page("a", sections("pianos"), { title: "Another", fetchedMs: 2000 }));
  at.book.debts.stored(taken);
  assertEquals(at.book.debts.owed(10).map(({ metadata }) => metadata.title), ["Another"]);
  assertEquals(at.book.debts.removals(10).map(({ chunkId }) => chunkId), [taken[1]!.chunkId]);
  // Back again before its removal was done: the record is to be written over.
  at.put(page("a", sections("pianos", "organs"), { title: "Another", fetchedMs: 3000 }));
  assertEquals(at.book.debts.removals(10), []);
  assertEquals(at.book.debts.owed(10).length, 2);
  await at.assertBooks();
});

Deno.test("nothing needs to be removed from a Chroma that was never written to", () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos", "organs")));
  at.put(page("a", sections("pianos"), { fetchedMs: 2000 }));
  at.remove({ documentId: docId("a") });
  assertEquals(at.book.debts.removals(10), []);
});

Deno.test("debts carry what Chroma must know, and lost or stray records are put right", () => {
  using at = new IndexBench();
  at.put(page("a", sections("pianos"), { brand: "x", pages: [{ number: 7, start: 0 }] }));
  const [debt] = at.book.debts.owed(1);
  assertEquals(debt!.metadata, {
    document_id: docId("a"),
    url: "https://shop.example/a",
    brand: "x",
    title: "Page a",
    heading_path: "About pianos",
    page: 7,
    fetched_at: "1970-01-01T00:00:01.000Z",
    content_hash: at.core.find({ documentId: docId("a") })!.contentHash,
    lang: "en",
  });
  const [chunk] = at.core.read(docId("a"))!.chunks;
  assertEquals(debt!.embedText, `Page a\nAbout pianos\n${chunk!.text}`);
  at.pay();
  const collection = "tutti-1-test-1-en";
  const { chunkId } = debt!;
  assertEquals(at.book.debts.collections(), [{ collection, records: 1 }]);
  assertEquals(at.book.debts.sort(collection, [chunkId, "stray"]), { known: [chunkId], orphans: ["stray"] });
  assertEquals(at.book.debts.idsOf(collection, "", 10), [chunkId]);
  at.book.debts.orphaned(collection, [chunkId, "stray"]);
  assertEquals(
    at.book.debts.removals(10),
    [{ collection, chunkId: "stray" }],
    "what belongs there is no stray",
  );
  at.book.debts.lost(collection, [chunkId, "unknown"]);
  assertEquals(at.pay(), [chunkId]);
});

Deno.test("list() pages by cursor, last first", () => {
  using at = new IndexBench();
  for (const name of ["a", "b", "c"]) at.put(page(name, sections(name)));
  const first = at.core.list({ limit: 2 });
  assertEquals(first.documents.map(({ title }) => title), ["Page c", "Page b"]);
  const second = at.core.list({ limit: 2, cursor: first.nextCursor });
  assertEquals([second.documents.map(({ title }) => title), second.nextCursor], [["Page a"], undefined]);
  assertThrows(() => at.core.list({ limit: 2, cursor: "x" }), ServiceError);
});

Deno.test("a file of a newer release is refused and left as it is", () => {
  using at = new IndexBench();
  at.book[Symbol.dispose]();
  using db = new DatabaseSync(at.path);
  db.exec("PRAGMA user_version = 99");
  assertThrows(() => at.open(), ServiceError, "version 99");
  assertEquals(db.prepare("PRAGMA user_version").get()!.user_version, 99);
  db.exec("PRAGMA user_version = 1");
  at.open();
});
