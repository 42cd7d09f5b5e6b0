import { MemoryCacheStore } from "../../src/cache/adapters/memory_cache_store.ts";
import { cacheStoreContract } from "../contracts/cache_store_contract.ts";

cacheStoreContract("MemoryCacheStore", {
  open: (options) => Promise.resolve(new MemoryCacheStore(options)),
  close: (store) => store[Symbol.asyncDispose]() as Promise<void>,
});
