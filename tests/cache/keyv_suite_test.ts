/**
 * `@keyv/test-suite` against our stores through an adapter of keyv's store interface. The suite wants a vitest-like
 * `it`, `beforeEach`, `afterEach` and `expect`; here they collect cases that run as `Deno.test`.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import keyvTestSuite from "npm:@keyv/test-suite@2.1.2";
import Keyv from "npm:keyv@5.6.0";
import { FsCacheStore } from "../../src/cache/adapters/fs_cache_store.ts";
import { KvCacheStore } from "../../src/cache/adapters/kv_cache_store.ts";
import { MemoryCacheStore } from "../../src/cache/adapters/memory_cache_store.ts";
import type { CacheStore } from "../../src/cache/port.ts";

/** The part of keyv's store interface the suite reaches. Keyv serialises; we see text. */
class KeyvAdapter {
  readonly opts: Record<string, unknown> = {};
  namespace?: string;
  readonly #store: () => CacheStore;

  constructor(store: () => CacheStore) {
    this.#store = store;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = await this.#store().get(key);
    return entry && new TextDecoder().decode(entry.value);
  }

  async set(key: string, value: string, ttlMs?: number): Promise<boolean> {
    const untilMs = Date.now() + (ttlMs ?? 1e9);
    const bytes = new TextEncoder().encode(value);
    await this.#store().set(key, { value: bytes, freshUntilMs: untilMs, expiresMs: untilMs });
    return true;
  }

  delete(key: string): Promise<boolean> {
    return this.#store().delete(key);
  }

  async clear(): Promise<void> {
    await this.#store().deleteByPrefix(this.namespace ? `${this.namespace}:` : "");
  }

  on(): this {
    return this;
  }
}

function expect(actual: unknown) {
  return {
    toBe: (expected: unknown) => assertStrictEquals(actual, expected),
    toEqual: (expected: unknown) => assertEquals(actual, expected),
    toBeTruthy: () => assert(actual),
    toBeFalsy: () => assert(!actual),
    toBeUndefined: () => assertStrictEquals(actual, undefined),
    toBeDefined: () => assert(actual !== undefined),
    toBeNull: () => assertStrictEquals(actual, null),
  };
}

type Hook = () => void | Promise<void>;
type Case = (t: { expect: typeof expect }) => void | Promise<void>;

const stores: Record<string, (folder: string) => Promise<CacheStore>> = {
  FsCacheStore: (folder) => FsCacheStore.open(folder),
  KvCacheStore: () => KvCacheStore.open(":memory:"),
  MemoryCacheStore: () => Promise.resolve(new MemoryCacheStore()),
};

for (const [name, open] of Object.entries(stores)) {
  let store: CacheStore | undefined;
  const before: Hook[] = [];
  const after: Hook[] = [];
  const it = (title: string, run: Case) =>
    Deno.test(`keyv suite, ${name}: ${title}`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        store = await open(folder);
        for (const hook of before) await hook();
        await run({ expect });
        for (const hook of after) await hook();
      } finally {
        await store?.[Symbol.asyncDispose]();
        store = undefined;
        await Deno.remove(folder, { recursive: true });
      }
    });
  const test = {
    it,
    beforeEach: (hook: Hook) => void before.push(hook),
    afterEach: (hook: Hook) => void after.push(hook),
  };
  keyvTestSuite(test as never, Keyv as never, () => new KeyvAdapter(() => store!) as never);
}
