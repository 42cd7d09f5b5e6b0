import { assertEquals } from "@std/assert";
import { KvCacheStore } from "../../src/cache/adapters/kv_cache_store.ts";

const FAR_MS = Date.now() + 1e9;
const entry = (length: number, tags?: string[]) => ({
  value: Uint8Array.from({ length }, (_, i) => (i * 7) & 255),
  freshUntilMs: FAR_MS,
  expiresMs: FAR_MS,
  tags,
});

async function keysOf(kv: Deno.Kv, ...parts: string[]): Promise<Deno.KvKey[]> {
  return (await Array.fromAsync(kv.list({ prefix: ["tutti-cache", 1, ...parts] }))).map(({ key }) => key);
}

Deno.test("KvCacheStore keeps entries and sizes across a restart, misses damage and leaves no chunk behind", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/cache.kv`;
  try {
    let before;
    {
      await using store = await KvCacheStore.open(path);
      await store.set("small", entry(10, ["t"]));
      await store.set("large", entry(200_000));
      await store.set("large", entry(300_000)); // the chunks of the first body go
      await store.set("chunkless", entry(100_000));
      before = store.stats();
    }
    {
      using kv = await Deno.openKv(path);
      assertEquals((await keysOf(kv, "chunk")).length, 1 + 5 + 2);
      assertEquals(await keysOf(kv, "leftover"), []);
      const head = await kv.get<{ body: string }>((await keysOf(kv, "head")).at(-1)!);
      assertEquals(typeof head.value?.body, "string");
      // What a crash in the middle of a write leaves.
      await kv.set(["tutti-cache", 1, "chunk", "orphan", 0], new Uint8Array(10));
      await kv.set(["tutti-cache", 1, "leftover", "orphan"], { chunks: 1, sinceMs: 1 });
    }
    {
      await using store = await KvCacheStore.open(path);
      await store.whenScanned();
      assertEquals(store.stats(), before);
      assertEquals((await store.get("large"))?.value, entry(300_000).value);
      using kv = await Deno.openKv(path);
      assertEquals(await keysOf(kv, "chunk", "orphan"), []);
      for (const key of await keysOf(kv, "chunk")) {
        const { value } = await kv.get<Uint8Array>(key);
        if (value!.length > 10) value![0]! ^= 1;
        await kv.set(key, value);
      }
      assertEquals(await store.get("large"), undefined);
      assertEquals(await store.get("chunkless"), undefined);
      assertEquals((await store.get("small"))?.value, entry(10).value);
      assertEquals(store.stats().corrupt, 2);
      assertEquals(await store.deleteByTag("t"), 1);
      assertEquals(await keysOf(kv), []);
      assertEquals(store.stats().sizeBytes, 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("KvCacheStore shows the old body or the new one while a chunked value is replaced", async () => {
  await using store = await KvCacheStore.open(":memory:");
  const body = (fill: number) => ({ ...entry(0), value: new Uint8Array(250_000).fill(fill) });
  await store.set("k", body(0));
  let writing = true;
  const writes = (async () => {
    for (let n = 1; n <= 20; n++) await store.set("k", body(n));
    writing = false;
  })();
  while (writing) {
    const value = (await store.get("k"))?.value;
    if (value) assertEquals([value.length, value.every((byte) => byte === value[0])], [250_000, true]);
  }
  await writes;
  assertEquals((await store.get("k"))?.value[0], 20);
  assertEquals(store.stats().corrupt, 0);
});
