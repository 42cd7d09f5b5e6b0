import { FsCacheStore } from "../../src/cache/adapters/fs_cache_store.ts";
import type { CacheStore } from "../../src/cache/port.ts";
import { cacheStoreContract } from "../contracts/cache_store_contract.ts";

const folders = new Map<CacheStore, string>();

cacheStoreContract("FsCacheStore", {
  async open(options) {
    const folder = await Deno.makeTempDir();
    const store = await FsCacheStore.open(folder, options);
    folders.set(store, folder);
    return store;
  },
  async close(store) {
    await store[Symbol.asyncDispose]();
    await Deno.remove(folders.get(store)!, { recursive: true });
  },
});
