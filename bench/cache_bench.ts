/**
 * Cache hits beside BentoCache and cacache, in one run: `deno run -A bench/cache_bench.ts`.
 * Rounds alternate between the contestants, so that noise of the machine falls on all; medians are printed.
 */
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { fileDriver } from "npm:bentocache@1.6.1/drivers/file";
import { memoryDriver } from "npm:bentocache@1.6.1/drivers/memory";
import cacache from "npm:cacache@21.0.2";
import { FsCacheStore } from "../src/cache/adapters/fs_cache_store.ts";
import { KvCacheStore } from "../src/cache/adapters/kv_cache_store.ts";
import { Cache } from "../src/cache/cache.ts";
import { median, printRatios } from "./lib/stats.ts";

const ENTRIES = 200;
const READS = 600;
const ROUNDS = 9;

const folder = await Deno.makeTempDir({ prefix: "cache-bench-" });
await using fsStore = await FsCacheStore.open(`${folder}/ours`);
await using kvStore = await KvCacheStore.open(`${folder}/ours.kv`);
const fromDisk = new Cache(fsStore, { memoryMaxBytes: 0 });
const fromKv = new Cache(kvStore, { memoryMaxBytes: 0 });
const fromMemory = new Cache(fsStore, { memoryMaxBytes: 256 * 1024 * 1024 });
const bento = new BentoCache({
  default: "file",
  stores: {
    file: bentostore().useL2Layer(fileDriver({ directory: `${folder}/bento`, pruneInterval: false })),
    memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 })),
    shared: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, serialize: false })),
  },
});
const file = bento.use("file");
const memory = bento.use("memory");
const shared = bento.use("shared");

const words = "A page, its words and their order. ";
const link = (n: number) => ({ url: `https://example.com/products/${n}`, text: `Product number ${n}` });

/**
 * 20 kB of JSON in three shapes: what a scrape gives, one long text, and nothing but small fields. The targets are
 * those of the first two; in the last, `JSON.parse` (which all contestants call) takes most of the time.
 */
const shapes: Record<string, (i: number) => unknown> = {
  "a scrape's result": (i) => ({
    url: `https://example.com/${i}`,
    title: "Stage piano",
    markdown: words.repeat(480),
    links: Array.from({ length: 40 }, (_, n) => link(n)),
    product: { name: { value: "Stage piano", source: "json-ld" }, price: { value: 4990, source: "json-ld" } },
  }),
  "one text": (i) => ({ id: i, markdown: words.repeat(585) }),
  "many fields": (i) => ({
    id: i,
    products: Array.from({ length: 165 }, (_, n) => ({
      sku: `SKU-${i}-${n}`,
      name: `Stage piano number ${n}`,
      price: n * 1.25,
      in_stock: n % 2 === 0,
      tags: ["piano", "stage"],
      brand: "halilit",
      seen: n,
    })),
  }),
};

for (const [shape, make] of Object.entries(shapes)) {
  const name = (i: number) => `${shape}:${i % ENTRIES}`;
  for (let i = 0; i < ENTRIES; i++) {
    const value = make(i);
    await fromDisk.set(name(i), value, { maxAgeS: 3600 });
    await fromKv.set(name(i), value, { maxAgeS: 3600 });
    await fromMemory.set(name(i), value, { maxAgeS: 3600 });
    for (const store of [file, memory, shared]) await store.set({ key: name(i), value, ttl: "1h" });
    await cacache.put(`${folder}/cacache`, name(i), JSON.stringify(value));
  }
  const contestants = {
    disk: (i: number) => fromDisk.get(name(i)),
    kv: (i: number) => fromKv.get(name(i)),
    memory: (i: number) => fromMemory.get(name(i)),
    bentoFile: (i: number) => file.get({ key: name(i) }),
    bentoMemory: (i: number) => memory.get({ key: name(i) }),
    bentoShared: (i: number) => shared.get({ key: name(i) }),
    cacache: async (i: number) =>
      JSON.parse((await cacache.get(`${folder}/cacache`, name(i))).data.toString()),
  };
  const us = await race(contestants);
  const size = JSON.stringify(make(1)).length;
  printRatios(`Hit of ${size} bytes of JSON, ${shape} (median of ${ROUNDS} rounds, one at a time)`, [
    row("disk, beside BentoCache's file driver", us.disk, us.bentoFile, 1.3),
    row("disk, beside cacache", us.disk, us.cacache, 3),
    row("memory, beside BentoCache's memory tier", us.memory, us.bentoMemory, 1),
    row(
      "memory, beside BentoCache's with serialize: false (hands out shared objects)",
      us.memory,
      us.bentoShared,
      1,
    ),
  ]);
  console.log(`     Deno KV adapter: ${us.kv.toPrecision(3)} us`);
}
await bento.disconnectAll();
await Deno.remove(folder, { recursive: true });

function row(what: string, ours: number, peer: number, target: number) {
  return { what, ours, peer, unit: "us", target, lessIsBetter: true };
}

async function race<K extends string>(
  contestants: Record<K, (i: number) => Promise<unknown>>,
): Promise<Record<K, number>> {
  const names = Object.keys(contestants) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) { // the first warms up
    for (const name of names) {
      const get = contestants[name];
      const startMs = performance.now();
      for (let i = 0; i < READS; i++) if (await get(i) === undefined) throw new Error(`${name} missed`);
      if (round >= 0) times.get(name)!.push(((performance.now() - startMs) * 1000) / READS);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<K, number>;
}
