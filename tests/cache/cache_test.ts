import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { FsCacheStore } from "../../src/cache/adapters/fs_cache_store.ts";
import { MemoryCacheStore } from "../../src/cache/adapters/memory_cache_store.ts";
import { Cache } from "../../src/cache/mod.ts";
import type { CacheEntry, CacheStore } from "../../src/cache/port.ts";
import { lacks } from "../needs.ts";

/** A store in which every call fails. */
class FailingStore extends MemoryCacheStore {
  failing = true;

  override get(key: string): Promise<CacheEntry | undefined> {
    return this.failing ? Promise.reject(new Error("EIO")) : super.get(key);
  }

  override set(...args: Parameters<CacheStore["set"]>): Promise<void> {
    return this.failing ? Promise.reject(new Error("ENOSPC: no space left on device")) : super.set(...args);
  }

  override delete(key: string): Promise<boolean> {
    return this.failing ? Promise.reject(new Error("EIO")) : super.delete(key);
  }
}

Deno.test("Cache.get() answers from memory, then from the store, and counts each", async () => {
  const store = new MemoryCacheStore();
  const cache = new Cache(store);
  assertEquals(await cache.get("k"), undefined);
  await cache.set("k", { a: [1, { b: 2 }] }, { maxAgeS: 60 });
  assertEquals((await cache.get("k"))?.value, { a: [1, { b: 2 }] });
  const second = new Cache(store);
  assertEquals((await second.get("k"))?.value, { a: [1, { b: 2 }] });
  assertEquals((await second.get("k"))?.stale, false);
  const { hits, memoryHits, misses, sets, entries } = cache.stats();
  assertEquals({ hits, memoryHits, misses, sets, entries }, {
    hits: 1,
    memoryHits: 1,
    misses: 1,
    sets: 1,
    entries: 1,
  });
  assertEquals([second.stats().hits, second.stats().memoryHits], [2, 1]);
});

Deno.test("Cache hands out values no caller can change for another", async () => {
  const cache = new Cache(new MemoryCacheStore());
  const mine = { list: [{ n: 1 }] };
  await cache.set("k", mine, { maxAgeS: 60 });
  mine.list[0]!.n = 2; // what was set is what it was when it was set; the caller's object stays the caller's
  const found = await cache.get<typeof mine>("k");
  assertEquals(found?.value, { list: [{ n: 1 }] });
  assertThrows(() => found!.value.list[0]!.n = 3, TypeError);
  assertThrows(() => found!.value.list.push({ n: 3 }), TypeError);
  const unbuffered = new Cache(new MemoryCacheStore(), { memoryMaxBytes: 0 });
  await unbuffered.set("k", mine, { maxAgeS: 60 });
  const other = await unbuffered.get<typeof mine>("k");
  assertThrows(() => other!.value.list.pop(), TypeError);
});

Deno.test("Cache.get() serves stale values where asked, nothing after their end", async () => {
  let nowMs = 1e12;
  const cache = new Cache(new MemoryCacheStore({ nowMs: () => nowMs }), { nowMs: () => nowMs });
  await cache.set("k", 1, { maxAgeS: 10, staleS: 10 });
  nowMs += 10_000;
  assertEquals(await cache.get("k"), undefined);
  assertEquals((await cache.get("k", { allowStale: true }))?.stale, true);
  nowMs += 10_000;
  assertEquals(await cache.get("k", { allowStale: true }), undefined);
  const { hits, staleHits, misses } = cache.stats();
  assertEquals([hits, staleHits, misses], [0, 1, 2]);
});

Deno.test("Cache deletes in both tiers by key, prefix, tag and all", async () => {
  const cache = new Cache(new MemoryCacheStore());
  for (const key of ["a/1", "a/2", "b/1", "c", "d"]) {
    await cache.set(key, key, { maxAgeS: 60, tags: key === "c" ? ["t"] : [] });
  }
  assertEquals(await cache.delete("d"), true);
  assertEquals(await cache.deleteByPrefix("a/"), 2);
  assertEquals(await cache.deleteByTag("t"), 1);
  for (const key of ["a/1", "a/2", "c", "d"]) assertEquals(await cache.get(key), undefined);
  assertEquals((await cache.get("b/1"))?.value, "b/1");
  await cache.clear();
  assertEquals(await cache.get("b/1"), undefined);
  assertEquals(cache.stats().deletes, 4);
});

Deno.test("Cache degrades to misses when its store fails, warns once a kind and recovers", async () => {
  const store = new FailingStore();
  const warnings: unknown[] = [];
  const cache = new Cache(store, { warn: (_message, fields) => warnings.push(fields.action) });
  for (let i = 0; i < 3; i++) {
    await cache.set("k", i, { maxAgeS: 60 });
    assertEquals(await cache.get("k"), undefined); // not on disk: not in memory either
    assertEquals(await cache.delete("k"), false);
  }
  assertEquals(cache.stats().errors, 9);
  assertEquals(warnings, ["set", "get", "delete"]);
  store.failing = false;
  await cache.set("k", 1, { maxAgeS: 60 });
  assertEquals((await cache.get("k"))?.value, 1);
});

Deno.test("Cache counts a full disk, keeps nothing of the write and tells the caller nothing", async (t) => {
  const folder = await Deno.makeTempDir();
  const mount = lacks("mount") ? undefined : await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=64k", "none", folder],
    stderr: "null",
  }).output();
  try {
    await t.step({
      name: "on a file system of 64 kB, then a read-only one",
      ignore: !mount?.success && Deno.env.get("REQUIRE_TOOLS") !== "1", // needs the right to mount
      fn: async () => {
        await using store = await FsCacheStore.open(folder);
        const cache = new Cache(store, { memoryMaxBytes: 0 });
        await cache.set("k", "old", { maxAgeS: 60 });
        await cache.set("k", "x".repeat(100_000), { maxAgeS: 60 });
        assertEquals(cache.stats().errors, 1);
        assertEquals(await cache.get("k"), undefined);
        assertEquals(store.stats().sizeBytes, 0);
        assertEquals((await Array.fromAsync(Deno.readDir(`${folder}/tmp`))).length, 0);
        await cache.set("k", "small", { maxAgeS: 60 });
        assertEquals((await cache.get("k"))?.value, "small");
        await new Deno.Command("mount", { args: ["-o", "remount,ro", folder] }).output();
        await cache.set("new", 1, { maxAgeS: 60 });
        assertEquals(cache.stats().errors, 2);
        assertEquals(await cache.get("new"), undefined);
        assertEquals((await cache.get("k"))?.value, "small"); // a read-only folder still serves
      },
    });
  } finally {
    if (mount?.success) await new Deno.Command("umount", { args: [folder] }).output();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Cache.set() drops the old value when the new one is too large to keep", async () => {
  const cache = new Cache(new MemoryCacheStore({ maxValueBytes: 100 }));
  await cache.set("k", "old", { maxAgeS: 60 });
  await cache.set("k", "x".repeat(200), { maxAgeS: 60 });
  assertEquals(await cache.get("k"), undefined);
  assertEquals(cache.stats().errors, 0);
});

Deno.test("Cache.set() refuses what is not JSON and ages below 0", async () => {
  const cache = new Cache(new MemoryCacheStore());
  await assertRejects(() => cache.set("k", undefined, { maxAgeS: 1 }), TypeError);
  await assertRejects(() => cache.set("k", 1n, { maxAgeS: 1 }), TypeError);
  await assertRejects(() => cache.set("k", 1, { maxAgeS: -1 }), RangeError);
  await assertRejects(() => cache.set("k", 1, { maxAgeS: 1, staleS: NaN }), RangeError);
  await cache.set("k", 1, { maxAgeS: Infinity });
  assertEquals((await cache.get("k"))?.value, 1);
});

Deno.test("Cache.get() that overlaps a delete does not bring the value back to memory", async () => {
  const gate = Promise.withResolvers<void>();
  class SlowStore extends MemoryCacheStore {
    slow = false;

    override async get(key: string): Promise<CacheEntry | undefined> {
      const found = await super.get(key);
      if (this.slow) await gate.promise;
      return found;
    }
  }
  const store = new SlowStore();
  await new Cache(store).set("k", "old", { maxAgeS: 60 });
  const cache = new Cache(store);
  store.slow = true;
  const reading = cache.get("k");
  await cache.delete("k");
  gate.resolve();
  assertEquals((await reading)?.value, "old");
  assertEquals(await cache.get("k"), undefined);
});

Deno.test("Cache keeps its memory tier within bytes, the longest unused going first", async () => {
  const store = new MemoryCacheStore();
  const cache = new Cache(store, { memoryMaxBytes: 50_000 });
  for (let i = 0; i < 4; i++) await cache.set(`k${i}`, "x".repeat(10_000), { maxAgeS: 60 });
  const memoryHits = async (key: string) => {
    const before = cache.stats().memoryHits;
    assert(await cache.get(key));
    return cache.stats().memoryHits - before;
  };
  assertEquals(await memoryHits("k3"), 1);
  assertEquals(await memoryHits("k2"), 1);
  assertEquals(await memoryHits("k1"), 0);
  assertStrictEquals(await memoryHits("k3"), 0); // k1 took its place
});
