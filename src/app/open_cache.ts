import { join } from "node:path";
import { FsCacheStore } from "../cache/adapters/fs_cache_store.ts";
import { KvCacheStore } from "../cache/adapters/kv_cache_store.ts";
import type { CacheStore } from "../cache/mod.ts";
import type { Config } from "../config/mod.ts";

/** The cache's store as `CACHE_STORE` says. */
export async function openCacheStore(config: Config): Promise<CacheStore> {
  const options = { maxBytes: config.CACHE_MAX_BYTES };
  if (config.CACHE_STORE === "fs") return await FsCacheStore.open(config.CACHE_DIR, options);
  await Deno.mkdir(config.CACHE_DIR, { recursive: true });
  return await KvCacheStore.open(join(config.CACHE_DIR, "cache.kv"), options);
}
