/** The cache: JSON values in two tiers, and functions whose results are kept there. */
export { Cache, type CacheOptions } from "./cache.ts";
export { cached, type CachedOptions, type CallOptions } from "./cached.ts";
export { SingleFlight } from "./single_flight.ts";
export type {
  CachedValue,
  CacheEntry,
  CacheSetOptions,
  CacheStats,
  CacheStore,
  CacheStoreStats,
  JsonCache,
  NewCacheEntry,
} from "./port.ts";
