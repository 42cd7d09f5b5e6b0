import { assert, assertEquals, assertRejects } from "@std/assert";
import type { CacheStore } from "../../src/cache/port.ts";

/** How a store under test is made. Time stands still unless a test moves `clock.nowMs`. */
export interface CacheStoreFactory {
  open(options: { maxBytes?: number; maxValueBytes?: number; nowMs: () => number }): Promise<CacheStore>;
  /** Closes what `open` gave and removes its traces. */
  close(store: CacheStore): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** What every `CacheStore` must do; called once for each adapter. */
export function cacheStoreContract(name: string, factory: CacheStoreFactory): void {
  const test = (
    title: string,
    run: (store: CacheStore, clock: { nowMs: number }) => Promise<void>,
    options: { maxBytes?: number; maxValueBytes?: number } = {},
  ) =>
    Deno.test(`${name}: ${title}`, async () => {
      const clock = { nowMs: 1_700_000_000_000 };
      const store = await factory.open({ ...options, nowMs: () => clock.nowMs });
      try {
        await run(store, clock);
      } finally {
        await factory.close(store);
      }
    });
  const entry = (text: string, clock: { nowMs: number }, tags?: string[]) => ({
    value: new TextEncoder().encode(text),
    freshUntilMs: clock.nowMs + HOUR_MS,
    expiresMs: clock.nowMs + 2 * HOUR_MS,
    tags,
  });
  const text = async (store: CacheStore, key: string) => {
    const found = await store.get(key);
    return found && new TextDecoder().decode(found.value);
  };

  test("get() gives back value, times and tags", async (store, clock) => {
    await store.set("k", entry("value", clock, ["a", "b"]));
    const found = await store.get("k");
    assertEquals(found, {
      value: new TextEncoder().encode("value"),
      storedMs: clock.nowMs,
      freshUntilMs: clock.nowMs + HOUR_MS,
      expiresMs: clock.nowMs + 2 * HOUR_MS,
      tags: ["a", "b"],
    });
    assertEquals(await store.get("absent"), undefined);
  });

  test("get() and set() share no buffer with the caller", async (store, clock) => {
    const mine = entry("abc", clock);
    await store.set("k", mine);
    mine.value.fill(0);
    (await store.get("k"))!.value.fill(0);
    assertEquals(await text(store, "k"), "abc");
  });

  test("set() replaces value and tags", async (store, clock) => {
    await store.set("k", entry("old", clock, ["old"]));
    await store.set("k", entry("new", clock, ["new"]));
    assertEquals(await text(store, "k"), "new");
    assertEquals(await store.deleteByTag("old"), 0);
    assertEquals(await store.deleteByTag("new"), 1);
    assertEquals(store.stats().entries, 0);
    assertEquals(store.stats().sizeBytes, 0);
  });

  test("takes an empty value and values of every size around the chunk bounds", async (store, clock) => {
    for (const length of [0, 1, 59_999, 60_000, 60_001, 65_535, 65_536, 65_537, 130_000, 1_500_000]) {
      const value = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      await store.set(`size/${length}`, { ...entry("", clock), value });
      assertEquals((await store.get(`size/${length}`))?.value, value);
    }
    assertEquals(await store.deleteByPrefix("size/"), 10);
  });

  test("get() returns stale entries until they expire, then nothing", async (store, clock) => {
    await store.set("k", entry("v", clock));
    clock.nowMs += HOUR_MS;
    assertEquals(await text(store, "k"), "v");
    clock.nowMs += HOUR_MS;
    assertEquals(await store.get("k"), undefined);
    assertEquals(await store.delete("k"), false);
  });

  test("delete() says whether there was one", async (store, clock) => {
    await store.set("k", entry("v", clock));
    assertEquals(await store.delete("k"), true);
    assertEquals(await store.delete("k"), false);
    assertEquals(await store.get("k"), undefined);
  });

  test("a call overrules those issued before it, awaited or not", async (store, clock) => {
    const calls = [
      store.set("a", entry("1", clock)),
      store.set("a", entry("2", clock)),
      store.set("b/1", entry("x", clock)),
      store.set("c", entry("x", clock, ["t"])),
      store.deleteByPrefix("b/"),
      store.deleteByTag("t"),
      store.set("d", entry("x", clock)),
      store.delete("d"),
    ];
    await Promise.all(calls);
    assertEquals(await text(store, "a"), "2");
    for (const key of ["b/1", "c", "d"]) assertEquals(await store.get(key), undefined);
    assertEquals(store.stats().entries, 1);
    const late = store.set("a", entry("3", clock));
    await Promise.all([late, store.clear()]);
    assertEquals(await store.get("a"), undefined);
    assertEquals(store.stats().sizeBytes, 0);
  });

  test("deleteByPrefix() and deleteByTag() take what matches and nothing else", async (store, clock) => {
    const long = "p/" + "é".repeat(2000);
    for (const key of ["p/1", "p/2", "q/1", "p", long + "a", long + "b"]) {
      await store.set(key, entry(key, clock, key.startsWith("p") ? ["P"] : ["Q"]));
    }
    assertEquals(await store.deleteByPrefix(long + "a"), 1);
    assertEquals(await store.deleteByPrefix("p/"), 3);
    assertEquals(await text(store, "p"), "p");
    assertEquals(await store.deleteByTag("absent"), 0);
    assertEquals(await store.deleteByTag("Q"), 1);
    assertEquals(store.stats().entries, 1);
    assertEquals(await store.deleteByPrefix(""), 1);
  });

  test("newest() gives keys, sizes and tags, the last used first", async (store, clock) => {
    for (const key of ["a:1", "a:2", "b:1", "a:3"]) await store.set(key, entry("value", clock, ["t"]));
    await store.get("a:1");
    const found = store.newest({ prefix: "a:", limit: 2 });
    assertEquals(found.map(({ key }) => key), ["a:1", "a:3"]);
    assertEquals([found[0]?.expiresMs, found[0]?.tags], [clock.nowMs + 2 * HOUR_MS, ["t"]]);
    assert(found[0]!.sizeBytes >= 5);
    assertEquals(store.newest({ limit: 10 }).length, 4);
    await store.delete("a:1");
    assertEquals(store.newest({ prefix: "a:", limit: 1 }).map(({ key }) => key), ["a:3"]);
  });

  test("clear() leaves nothing, and a store that works", async (store, clock) => {
    for (let i = 0; i < 50; i++) await store.set(`k${i}`, entry("v".repeat(i), clock, ["t"]));
    await store.clear();
    assertEquals(store.stats().entries, 0);
    assertEquals(store.stats().sizeBytes, 0);
    assertEquals(await store.get("k1"), undefined);
    assertEquals(await store.deleteByTag("t"), 0);
    await store.set("k1", entry("again", clock));
    assertEquals(await text(store, "k1"), "again");
  });

  test("keys name nothing but themselves", async (store, clock) => {
    const keys = [
      "../../etc/passwd",
      "a:b",
      "a/b",
      "a\u0000b",
      "a",
      "A",
      "é",
      "e\u0301",
      "שלום",
      "😀",
      " ",
      ".",
      "..",
      "\uffff",
    ];
    for (const key of keys) await store.set(key, entry(`value of ${key}`, clock));
    for (const key of keys) assertEquals(await text(store, key), `value of ${key}`);
    assertEquals(store.stats().entries, keys.length);
    const huge = "k".repeat(16 * 1024);
    await store.set(huge, entry("huge", clock));
    assertEquals(await text(store, huge), "huge");
  });

  test("refuses keys it cannot tell apart, empty or overlong ones", async (store, clock) => {
    for (const key of ["", "k".repeat(16 * 1024 + 1), "\ud800"]) {
      await assertRejects(() => store.set(key, entry("v", clock)), Error, "Cannot use the cache key");
      await assertRejects(() => store.get(key), Error, "Cannot use the cache key");
      await assertRejects(() => store.delete(key), Error, "Cannot use the cache key");
    }
  });

  test("refuses a value over its bound and keeps its books", async (store, clock) => {
    await store.set("k", entry("v", clock));
    await assertRejects(() => store.set("big", entry("v".repeat(1001), clock)), RangeError, "1000");
    assertEquals(store.stats().entries, 1);
    assertEquals(store.capabilities.maxValueBytes, 1000);
  }, { maxValueBytes: 1000 });

  test("evicts the least recently used first and keeps to its limit", async (store, clock) => {
    const value = "v".repeat(1000);
    for (let i = 0; i < 8; i++) await store.set(`k${i}`, entry(value, clock));
    await store.get("k0");
    await store.get("k1");
    for (let i = 8; i < 12; i++) await store.set(`k${i}`, entry(value, clock));
    const { evictions, entries, sizeBytes } = store.stats();
    assert(sizeBytes <= 10_000, `${sizeBytes}`);
    assertEquals(entries + evictions, 12);
    assert(evictions >= 2);
    const left = [];
    for (let i = 0; i < 12; i++) if (await store.get(`k${i}`)) left.push(i);
    const order = [2, 3, 4, 5, 6, 7, 0, 1, 8, 9, 10, 11];
    assertEquals(left, order.slice(evictions).sort((a, b) => a - b));
  }, { maxBytes: 10_000 });
}
