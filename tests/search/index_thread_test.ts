import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { ServiceError } from "../../src/platform/errors.ts";
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import type { Upload } from "../../src/search/index_port.ts";
import { docId, page, sections } from "./index_fixture.ts";
import { real, realChroma } from "./vector_chroma.ts";

async function withIndex(work: (index: ThreadedIndex, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-index-" });
  const path = join(folder, "search.db");
  {
    await using index = await open(path);
    await work(index, path);
  }
  await Deno.remove(folder, { recursive: true });
}

function open(path: string): Promise<ThreadedIndex> {
  return ThreadedIndex.open({ path, maxTokens: 160, embedder: { kind: "hash" } });
}

Deno.test("ThreadedIndex tells of changes, answers reads, and keeps all of it", async () => {
  await withIndex(async (index, path) => {
    let changes = 0;
    const stop = index.onChange(() => void changes++);
    assertEquals((await index.put(page("a", sections("pianos", "organs")))).change, "new");
    assertEquals(changes, 1);
    assertEquals((await index.put(page("a", sections("pianos", "organs")))).change, "unchanged");
    assertEquals(await index.touch(docId("a"), 9000), true);
    assertEquals(await index.touch(docId("b"), 9000), false);
    assertEquals(changes, 1, "a date is no change");
    assertEquals((await index.find({ url: "https://shop.example/a" }))!.owedVectors, 2);
    assertEquals((await index.read(docId("a")))!.chunks.length, 2);
    assertEquals(await index.read(docId("b")), undefined);
    const { documents, languages, vectorSync, generations } = await index.stats();
    assertEquals([documents, languages, vectorSync.state, generations.length], [1, { en: 2 }, "waiting", 1]);
    assertEquals((await index.books()).balanced, true);
    assertEquals(await index.settled(docId("a"), { timeoutMs: 20 }), false, "no Chroma");
    assertEquals(await index.settled(docId("b"), { timeoutMs: 20 }), true, "nothing of it is owed");
    assertEquals(await index.remove({ brand: "none" }), { documents: 0, chunks: 0 });
    const error = await assertRejects(() => index.remove({}), ServiceError);
    assertEquals(error.code, "invalid_request");
    stop();
    await index[Symbol.asyncDispose]();
    await assertRejects(() => index.stats(), ServiceError, "closed");
    await using again = await open(path);
    assertEquals((await again.find({ documentId: docId("a") }))!.fetchedMs, 9000);
  });
});

Deno.test("uploads are there from stage() to dropUpload(), whatever their size; a torn one never was", async () => {
  await withIndex(async (index, path) => {
    const bytes = new Uint8Array(5 * 1024 * 1024 + 3).map((_, at) => at * 31);
    const upload: Upload = {
      uploadId: "u1",
      contentType: "application/pdf",
      bytes,
      about: { documentId: docId("mine"), fetchedMs: 1, tags: ["t"] },
      createdMs: 5,
    };
    await index.stage(upload);
    await index.stage({ ...upload, uploadId: "u0", bytes: new Uint8Array(), createdMs: 4 });
    assertEquals(await index.uploads(), [{ uploadId: "u0", createdMs: 4 }, { uploadId: "u1", createdMs: 5 }]);
    assertEquals(await index.upload("u1"), upload);
    assertEquals((await index.upload("u0"))!.bytes.length, 0);
    assertEquals((await index.stats()).uploads, 2);
    await index.dropUpload("u1");
    assertEquals(await index.upload("u1"), undefined);
    await index[Symbol.asyncDispose]();
    using db = new DatabaseSync(path);
    db.exec("INSERT INTO upload_parts VALUES ('torn', 0, x'00')");
    await using again = await open(path);
    assertEquals((await again.uploads()).length, 1);
    assertEquals(db.prepare("SELECT count(*) AS n FROM upload_parts WHERE upload_id = 'torn'").get()!.n, 0);
  });
});

Deno.test("ThreadedIndex.open() refuses a newer file and a folder that is not there", async () => {
  await withIndex(async (index, path) => {
    await index[Symbol.asyncDispose]();
    using db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99");
    await assertRejects(() => open(path), ServiceError, "newer release");
    await assertRejects(
      () => open(join(path, "no", "search.db")),
      ServiceError,
      "Cannot open the index file",
    );
  });
});

real(
  "vectors: settled once they are in Chroma, right after changes, a kill, a removal and a rebuild",
  async () => {
    await using chroma = await realChroma();
    await withIndex(async (index) => {
      const tell = () => index.vectorDatabaseIs(chroma.connection.state(), chroma.connection.server());
      const balanced = async () => {
        const books = await index.books({ deep: true });
        assert(books.balanced, JSON.stringify(books));
        return books;
      };
      const pages = ["a", "b", "c"];
      for (const name of pages) await index.put(page(name, sections(`${name} pianos`, `${name} organs`)));
      const waiting = index.settled(docId("a"), { timeoutMs: 30_000 });
      tell();
      assertEquals(await waiting, true);
      for (const name of pages) assertEquals(await index.settled(docId(name), { timeoutMs: 30_000 }), true);
      assertEquals((await balanced()).vectors, 6);
      assertEquals((await index.find({ documentId: docId("a") }))!.owedVectors, 0);

      await index.put(page("a", sections("a pianos", "a flutes", "a drums"), { fetchedMs: 2000 }));
      await chroma.kill();
      tell();
      assertEquals(await index.settled(docId("a"), { timeoutMs: 30_000 }), true);
      assertEquals((await balanced()).vectors, 7);
      const { vectorSync } = await index.stats();
      assertEquals(vectorSync.embedded, 8, "what stayed was embedded once");

      await index.remove({ documentId: docId("b") });
      assertEquals(await index.settled(docId("b"), { timeoutMs: 30_000 }), true);
      assertEquals((await balanced()).vectors, 5);

      const { generation, slices } = await index.beginRebuild({ force: true, sliceSize: 1 });
      for (const slice of slices) await index.rebuildSlice(generation!, slice);
      for (const name of ["a", "c"]) await index.settled(docId(name), { timeoutMs: 30_000 });
      assertEquals(await index.finishRebuild(generation!), {
        whole: true,
        missingDocuments: 0,
        owedVectors: 0,
      });
      const books = await balanced();
      assertEquals([books.store, books.words, books.vectors], [5, 5, 5]);
      assertEquals((await index.stats()).generations.find(({ state }) => state === "serving")!.no, 2);
    });
  },
);
