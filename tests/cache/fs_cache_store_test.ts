import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { FsCacheStoreOptions } from "../../src/cache/adapters/fs_cache_options.ts";
import { FsCacheStore } from "../../src/cache/adapters/fs_cache_store.ts";

const FAR_MS = Date.now() + 1e9;
const bytes = (text: string) => new TextEncoder().encode(text);
const entry = (text: string, tags?: string[]) => ({
  value: bytes(text),
  freshUntilMs: FAR_MS,
  expiresMs: FAR_MS,
  tags,
});

async function files(folder: string): Promise<string[]> {
  const out: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) out.push(...await files(`${folder}/${name}`));
    else out.push(`${folder}/${name}`);
  }
  return out;
}

function withFolder(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(`FsCacheStore ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function openScanned(folder: string, options?: FsCacheStoreOptions): Promise<FsCacheStore> {
  const store = await FsCacheStore.open(folder, options);
  await store.whenScanned();
  return store;
}

withFolder("misses, counts and removes an entry with any byte changed or any end cut off", async (folder) => {
  await using store = await openScanned(folder);
  await store.set("key", entry("the body of the entry", ["tag"]));
  const [path] = await files(`${folder}/entries`);
  const sound = await Deno.readFile(path!);
  let damaged = 0;
  const expectMiss = async (content: Uint8Array) => {
    await Deno.writeFile(path!, content);
    assertEquals(await store.get("key"), undefined);
    assertEquals(store.stats().corrupt, ++damaged);
    assertEquals(await files(`${folder}/entries`), []);
    assertEquals(store.stats().sizeBytes, 0);
  };
  for (let at = 0; at < sound.length; at++) {
    const content = sound.slice();
    content[at]! ^= 1 << (at % 8);
    await expectMiss(content);
  }
  for (let length = 0; length < sound.length; length++) await expectMiss(sound.slice(0, length));
  await expectMiss(new Uint8Array([...sound, 0]));
  await expectMiss(bytes("someone else's file, which is longer than a header has to be"));
  await Deno.writeFile(path!, sound);
  assertEquals((await store.get("key"))?.value, bytes("the body of the entry"));
});

withFolder("misses a sound file that lies in another key's place", async (folder) => {
  await using store = await openScanned(folder);
  await store.set("a", entry("of a"));
  const [a] = await files(`${folder}/entries`);
  await store.set("b", entry("of b"));
  const b = (await files(`${folder}/entries`)).find((path) => path !== a)!;
  await Deno.copyFile(a!, b);
  assertEquals(await store.get("b"), undefined);
  assertEquals(store.stats().corrupt, 1);
  await Deno.mkdir(`${b}/inner`, { recursive: true });
  assertEquals(await store.get("b"), undefined);
  await store.set("b", entry("of b"));
  assertEquals((await store.get("b"))?.value, bytes("of b"));
});

withFolder("damages of a large file, read in two parts, are misses too", async (folder) => {
  await using store = await openScanned(folder);
  const value = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(200_000).map((_, i) => value[i % value.length]!);
  await store.set("key", { ...entry(""), value: large });
  assertEquals((await store.get("key"))?.value, large);
  const [path] = await files(`${folder}/entries`);
  const sound = await Deno.readFile(path!);
  for (const at of [70_000, sound.length - 1]) {
    const content = sound.slice();
    content[at]! ^= 255;
    await Deno.writeFile(path!, content);
    assertEquals(await store.get("key"), undefined);
  }
  for (
    const content of [sound.subarray(0, 65_536), sound.subarray(0, 100_000), new Uint8Array([...sound, 1])]
  ) {
    await Deno.writeFile(path!, content);
    assertEquals(await store.get("key"), undefined);
  }
  assertEquals(store.stats().corrupt, 5);
});

withFolder("reports a real I/O fault with its cause and removes nothing", async (folder) => {
  await using store = await openScanned(folder);
  await store.set("key", entry("v"));
  const [path] = await files(`${folder}/entries`);
  await Deno.remove(path!);
  await Deno.symlink(path!, path!); // a loop: ELOOP, also for root, whom EACCES does not stop
  const error = await assertRejects(() => store.get("key"), Error, "Cannot read the cache entry");
  assert(error.cause instanceof Error);
  assertEquals(store.stats().corrupt, 0);
  assert((await Deno.lstat(path!)).isSymlink);
});

withFolder("leaves neither the old nor the new value when a write fails", async (folder) => {
  await using store = await openScanned(folder);
  await store.set("key", entry("old"));
  await Deno.remove(`${folder}/tmp`, { recursive: true });
  await Deno.writeTextFile(`${folder}/tmp`, "in the way");
  const error = await assertRejects(
    () => store.set("key", entry("new")),
    Error,
    "Cannot write the cache entry",
  );
  assert(error.cause instanceof Error);
  assertEquals(await store.get("key"), undefined);
  assertEquals(store.stats().sizeBytes, 0);
});

withFolder("works on when the folder is deleted under it", async (folder) => {
  await using store = await openScanned(`${folder}/cache`);
  await store.set("key", entry("v"));
  await Deno.remove(`${folder}/cache`, { recursive: true });
  assertEquals(await store.get("key"), undefined);
  assertEquals(store.stats().entries, 0);
  await store.set("key", entry("again"));
  assertEquals((await store.get("key"))?.value, bytes("again"));
});

withFolder("keeps entries, sizes, tags and the rough order of use across a restart", async (folder) => {
  let nowMs = Date.now() - 1e6;
  const clock = () => nowMs += 1000;
  let before;
  {
    await using store = await openScanned(folder, { touchEveryMs: 0, nowMs: clock });
    for (let i = 0; i < 10; i++) await store.set(`k${i}`, entry("v".repeat(1000), [`t${i % 2}`]));
    await store.get("k0");
    // A write's own time on disk is the system's; reads set it to the store's clock.
    for (let i = 1; i < 10; i++) await store.get(`k${i}`);
    await store.get("k1");
    before = store.stats();
  }
  await Deno.writeTextFile(`${folder}/entries/foreign`, "not in a folder of ours: passed over");
  {
    await using store = await openScanned(folder);
    assertEquals(store.stats(), before);
    assertEquals((await store.get("k3"))?.tags, ["t1"]);
    assertEquals(await store.deleteByTag("t1"), 5);
  }
  const maxBytes = 3500;
  await using store = await openScanned(folder, { maxBytes });
  assertEquals(store.stats().entries, 3);
  assertEquals(await store.get("k0"), undefined);
  assertEquals(await store.get("k2"), undefined);
  assert(await store.get("k8"));
});

withFolder("answers right while the folder is still being scanned", async (folder) => {
  {
    await using store = await openScanned(folder);
    for (let i = 0; i < 300; i++) await store.set(`${i % 3}/${i}`, entry("v", [`t${i % 5}`]));
  }
  await using store = await FsCacheStore.open(folder);
  assert(await store.get("1/1"));
  assertEquals(await store.delete("1/1"), true);
  const late = store.set("0/late", entry("late", ["t0"]));
  const [prefix, tag] = [store.deleteByPrefix("0/"), store.deleteByTag("t1")];
  assertEquals(await prefix + await tag, 100 + 40 - 1); // 20 match both: whichever came first counted them
  await late;
  assertEquals(await store.get("0/late"), undefined);
  assertEquals(await store.get("1/1"), undefined);
  const left = await files(`${folder}/entries`);
  assertEquals(store.stats().entries, left.length);
  assertEquals(store.stats().entries, 300 - 100 - 40);
});

withFolder("removes leftovers of crashed writes, and spares those of writers at work", async (folder) => {
  await Deno.mkdir(`${folder}/tmp/gone.trash/a`, { recursive: true });
  await Deno.writeTextFile(`${folder}/tmp/1-old.tmp`, "half an ent");
  await Deno.utime(`${folder}/tmp/1-old.tmp`, 1, 1);
  await Deno.writeTextFile(`${folder}/tmp/2-young.tmp`, "half an ent");
  await using _ = await openScanned(folder);
  assertEquals(await files(`${folder}/tmp`), [`${folder}/tmp/2-young.tmp`]);
});

withFolder("removes damaged and expired files in its scan", async (folder) => {
  {
    await using store = await openScanned(folder);
    await store.set("a", entry("v"));
    await store.set("b", { ...entry("v"), expiresMs: Date.now() + 1 });
  }
  const [first] = await files(`${folder}/entries`);
  await Deno.copyFile(first!, `${first}0`);
  await using store = await openScanned(folder, { nowMs: () => Date.now() + 10 });
  assertEquals(store.stats().entries, 1);
  assertEquals(store.stats().corrupt, 1);
  assertEquals((await files(`${folder}/entries`)).length, 1);
});

withFolder("accounts sizes exactly through thousands of random operations", async (folder) => {
  const key = fc.integer({ min: 0, max: 15 }).map((n) => `${n % 3}/${n}`);
  const tag = fc.constantFrom("x", "y");
  const operation = fc.oneof(
    { weight: 6, arbitrary: fc.record({ op: fc.constant("set"), key, tag, size: fc.nat(3000) }) },
    {
      weight: 3,
      arbitrary: fc.record({ op: fc.constantFrom("get", "delete"), key, tag, size: fc.constant(0) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constantFrom("prefix", "tag", "clear"), key, tag, size: fc.constant(0) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 50, maxLength: 150 }),
      fc.boolean(),
      async (operations, atOnce) => {
        await using store = await openScanned(folder, { maxBytes: 12_000 });
        const calls = [];
        for (const { op, key, tag, size } of operations) {
          const call = op === "set"
            ? store.set(key, entry(key + ":" + "v".repeat(size), [tag]))
            : op === "get"
            ? store.get(key).then((found) => {
              if (found) assert(new TextDecoder().decode(found.value).startsWith(`${key}:`));
            })
            : op === "delete"
            ? store.delete(key)
            : op === "prefix"
            ? store.deleteByPrefix(key.slice(0, 2))
            : op === "tag"
            ? store.deleteByTag(tag)
            : store.clear();
          if (atOnce) calls.push(call);
          else await call;
        }
        await Promise.all(calls);
        const paths = await files(`${folder}/entries`).catch(() => []);
        const sizes = await Promise.all(paths.map(async (path) => (await Deno.stat(path)).size));
        assertEquals(store.stats().entries, paths.length);
        assertEquals(store.stats().sizeBytes, sizes.reduce((sum, size) => sum + size, 0));
        assert(store.stats().sizeBytes <= 12_000);
        assertEquals(store.stats().corrupt, 0);
        await store.clear();
      },
    ),
    { numRuns: 30 },
  );
});

withFolder("shows no wrong body when two writers race and one is killed again and again", async (folder) => {
  await using store = await openScanned(folder);
  const module = new URL("../../src/cache/adapters/fs_cache_store.ts", import.meta.url).href;
  const script = `
    import { FsCacheStore } from ${JSON.stringify(module)};
    const store = await FsCacheStore.open(${JSON.stringify(folder)});
    const far = Date.now() + 1e9;
    console.log("ready");
    for (let n = 0;; n++) {
      const key = "k" + n % 5;
      const value = new TextEncoder().encode((key + ":" + n + ";").repeat(1 + n * 37 % 20000));
      await store.set(key, { value, freshUntilMs: far, expiresMs: far });
    }`;
  let seen = 0;
  for (let round = 0; round < 4; round++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--no-lock", script],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read(); // "ready": it is writing from here on
    for (let n = 0; n < 150; n++) {
      const key = `k${n % 5}`;
      if (n % 7 === 0) await store.set(key, entry(`${key}:mine;`));
      await new Promise((resolve) => setTimeout(resolve, 0));
      seen += await check(store, key);
    }
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    for (let n = 0; n < 5; n++) seen += await check(store, `k${n}`);
  }
  assertNotEquals(seen, 0);
  assertEquals(store.stats().corrupt, 0);
  await using again = await openScanned(folder);
  assertEquals(again.stats().corrupt, 0);
});

/** An entry is one unit repeated, of its own key; anything else is a wrong body. */
async function check(store: FsCacheStore, key: string): Promise<number> {
  const found = await store.get(key);
  if (!found) return 0;
  const text = new TextDecoder().decode(found.value);
  const unit = text.slice(0, text.indexOf(";") + 1);
  assert(unit.startsWith(`${key}:`) && unit.repeat(text.length / unit.length) === text, unit);
  return 1;
}
