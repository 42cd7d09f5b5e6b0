import { KvCacheStore } from "../../src/cache/adapters/kv_cache_store.ts";
import { cacheStoreContract } from "../contracts/cache_store_contract.ts";

cacheStoreContract("KvCacheStore", {
  open: (options) => KvCacheStore.open(":memory:", options),
  close: (store) => store[Symbol.asyncDispose]() as Promise<void>,
});
