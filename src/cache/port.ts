/**
 * Where cached values live: bytes under a key, with expiry, tags and a size limit. An adapter never returns a wrong
 * body: absent, expired beyond use and damaged are all misses; a real I/O fault is an error with its cause.
 */
export interface CacheStore extends AsyncDisposable {
  readonly capabilities: CacheCapabilities;
  /** The entry, fresh or stale (the caller looks at the times), or undefined. */
  get(key: string): Promise<CacheEntry | undefined>;
  set(key: string, entry: NewCacheEntry): Promise<void>;
  /** Whether there was one. */
  delete(key: string): Promise<boolean>;
  /** How many entries went. */
  deleteByPrefix(prefix: string): Promise<number>;
  deleteByTag(tag: string): Promise<number>;
  clear(): Promise<void>;
  /** Entries that begin with a prefix, the most recently used first, of those known so far; from memory. */
  newest(query: CacheEntryQuery): CacheEntryInfo[];
  stats(): CacheStoreStats;
}

export interface CacheCapabilities {
  /** Values outlive the process. */
  persistent: boolean;
  /** Largest value it takes, in bytes. */
  maxValueBytes: number;
}

export interface CacheEntry {
  value: Uint8Array;
  storedMs: number;
  /** Fresh until then. */
  freshUntilMs: number;
  /** Kept, and usable stale, until then; never returned after it. */
  expiresMs: number;
  tags: readonly string[];
}

export interface NewCacheEntry {
  value: Uint8Array;
  freshUntilMs: number;
  expiresMs: number;
  tags?: readonly string[];
}

export interface CacheEntryQuery {
  /** @default "" */
  prefix?: string;
  limit: number;
}

/** What is told of an entry without reading it. */
export interface CacheEntryInfo {
  key: string;
  sizeBytes: number;
  expiresMs: number;
  tags: readonly string[];
}

export interface CacheStoreStats {
  entries: number;
  sizeBytes: number;
  maxBytes: number;
  evictions: number;
  /** Entries found damaged and dropped. */
  corrupt: number;
}

/** Counters a user sees; `hits + stale_hits + misses` is the number of look-ups. */
export interface CacheStats extends CacheStoreStats {
  hits: number;
  memoryHits: number;
  staleHits: number;
  misses: number;
  sets: number;
  deletes: number;
  errors: number;
  /** Calls that waited for another caller's computation instead of doing it again. */
  coalesced: number;
}

/**
 * The cache as the rest of the house uses it: JSON values behind two tiers (memory, store).
 * Implemented by `Cache` in `cache.ts`.
 */
export interface JsonCache {
  /** The value and its age where one is fresh (or stale, if asked). */
  get<T>(key: string, options?: { allowStale?: boolean }): Promise<CachedValue<T> | undefined>;
  set(key: string, value: unknown, options: CacheSetOptions): Promise<void>;
  delete(key: string): Promise<boolean>;
  deleteByPrefix(prefix: string): Promise<number>;
  deleteByTag(tag: string): Promise<number>;
  clear(): Promise<void>;
  /** What the store has, the most recently used first. */
  newest(query: CacheEntryQuery): CacheEntryInfo[];
  stats(): CacheStats;
}

export interface CachedValue<T> {
  value: T;
  storedMs: number;
  freshUntilMs: number;
  stale: boolean;
}

export interface CacheSetOptions {
  /** Seconds the value is fresh. */
  maxAgeS: number;
  /** Further seconds it may be served stale while it is renewed. @default 0 */
  staleS?: number;
  tags?: readonly string[];
}
