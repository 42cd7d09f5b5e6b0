import { join } from "node:path";
import { FsCacheStore } from "../cache/adapters/fs_cache_store.ts";
import { KvCacheStore } from "../cache/adapters/kv_cache_store.ts";
import type { CacheStore } from "../cache/mod.ts";
import type { Config } from "../config/mod.ts";
import { useFolder } from "./folders.ts";

/** The cache's store as `CACHE_STORE` says. */
export async function openCacheStore(config: Config): Promise<CacheStore> {
  const { CACHE_DIR: folder, CACHE_STORE: kind } = config;
  const options = { maxBytes: config.CACHE_MAX_BYTES };
  return await useFolder(folder, "CACHE_DIR", async () => {
    if (kind === "fs") return await FsCacheStore.open(folder, options);
    await Deno.mkdir(folder, { recursive: true });
    return await KvCacheStore.open(join(folder, "cache.kv"), options);
  });
}
