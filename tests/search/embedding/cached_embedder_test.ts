import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Embedder } from "../../../src/search/embedding_port.ts";
import { CachedEmbedder } from "../../../src/search/embedding/cached_embedder.ts";
import { VectorFile } from "../../../src/search/embedding/vector_file.ts";

class CountingEmbedder implements Embedder {
  readonly batchSize = 8;
  readonly isCostly = true;
  readonly asked: string[] = [];
  constructor(readonly id = "counting", public dimensions = 2) {}

  embed(texts: string[]): Promise<Float32Array[]> {
    this.asked.push(...texts);
    return Promise.resolve(texts.map((text) => new Float32Array(this.dimensions).fill(text.length)));
  }
}

async function withFile(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(join(folder, "cache", "embeddings.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const DOCUMENT = { kind: "document" } as const;

Deno.test("a text is asked for once, in one call, in later ones and after a restart", async () => {
  await withFile(async (path) => {
    const inner = new CountingEmbedder();
    {
      using cached = new CachedEmbedder(inner, { path });
      const vectors = await cached.embed(["שלום", "b", "שלום"], DOCUMENT);
      assertEquals(vectors.map((vector) => [...vector]), [[4, 4], [1, 1], [4, 4]]);
      await cached.embed(["b", "ccc"], DOCUMENT);
    }
    using cached = new CachedEmbedder(inner, { path });
    const vectors = await cached.embed(["ccc", "שלום"], DOCUMENT);
    assertEquals(vectors.map((vector) => [...vector]), [[3, 3], [4, 4]]);
    assertEquals(inner.asked, ["שלום", "b", "ccc"]);
  });
});

Deno.test("vectors of another model, and of a query, are others", async () => {
  await withFile(async (path) => {
    const one = new CountingEmbedder("one");
    const two = new CountingEmbedder("two");
    using first = new CachedEmbedder(one, { path });
    using second = new CachedEmbedder(two, { path });
    await first.embed(["a"], DOCUMENT);
    await second.embed(["a"], DOCUMENT);
    await second.embed(["a"], { kind: "query" });
    assertEquals([one.asked, two.asked], [["a"], ["a", "a"]]);
  });
});

Deno.test("what was kept of a model that changed under its name is made anew", async () => {
  await withFile(async (path) => {
    const inner = new CountingEmbedder();
    using cached = new CachedEmbedder(inner, { path });
    await cached.embed(["a", "b"], DOCUMENT);
    inner.dimensions = 3;
    assertEquals((await cached.embed(["a", "new", "b"], DOCUMENT)).map((vector) => vector.length), [3, 3, 3]);
    await cached.embed(["a", "b"], DOCUMENT);
    assertEquals(inner.asked, ["a", "b", "new", "a", "b"]);
  });
});

Deno.test("a corrupt file, and one of another layout, is started anew", async () => {
  await withFile(async (path) => {
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, "this is no database, whatever its name says ".repeat(100));
    const inner = new CountingEmbedder();
    {
      using cached = new CachedEmbedder(inner, { path });
      await cached.embed(["a"], DOCUMENT);
      await cached.embed(["a"], DOCUMENT);
    }
    assertEquals(inner.asked, ["a"]);
    const bytes = await Deno.readFile(path);
    new DataView(bytes.buffer).setUint32(60, 99); // user_version
    await Deno.writeFile(path, bytes);
    using cached = new CachedEmbedder(inner, { path });
    await cached.embed(["a"], DOCUMENT);
    await cached.embed(["a"], DOCUMENT);
    assertEquals(inner.asked, ["a", "a"]);
  });
});

Deno.test("a file that is damaged in the middle of its life costs embeddings, no failure", async () => {
  await withFile(async (path) => {
    const inner = new CountingEmbedder();
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);
    {
      using cached = new CachedEmbedder(inner, { path });
      await cached.embed(texts, DOCUMENT);
    }
    const bytes = await Deno.readFile(path);
    bytes.fill(0xff, 4096); // all pages but the first
    await Deno.writeFile(path, bytes);
    using cached = new CachedEmbedder(inner, { path });
    for (let round = 0; round < 3; round++) {
      assertEquals(
        (await cached.embed(texts, DOCUMENT)).map((vector) => vector[0]),
        texts.map((text) => text.length),
      );
    }
    const { length } = inner.asked;
    assert(length > 300, "what was damaged is made again");
    await cached.embed(texts, DOCUMENT);
    assertEquals(inner.asked.length, length, "and kept again");
  });
});

Deno.test("where the file cannot be written texts are embedded all the same", async () => {
  await withFile(async (path) => {
    await Deno.mkdir(path, { recursive: true }); // a folder has its place
    using cached = new CachedEmbedder(new CountingEmbedder(), { path });
    assertEquals((await cached.embed(["a"], DOCUMENT)).length, 1);
  });
});

Deno.test("VectorFile keeps below its size: the longest unused go first", async () => {
  await withFile((path) => {
    const maxBytes = 1024 * 1024;
    using file = new VectorFile(path, { maxBytes });
    const key = (i: number) => new Uint8Array(32).fill(i % 251).with(0, i >> 8).with(1, i & 255);
    for (let i = 0; i < 1000; i++) {
      file.put([{ key: key(i), vector: new Float32Array(512).fill(i) }]);
      assert(file.sizeBytes() <= maxBytes + 16_384);
    }
    assertEquals(file.get([key(0), key(999)]).map((vector) => vector?.[0]), [undefined, 999]);
    return Promise.resolve();
  });
});
