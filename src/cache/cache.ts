import { messageOf } from "../platform/errors.ts";
import { memorySlot, MemoryTier } from "./memory_tier.ts";
import type {
  CachedValue,
  CacheEntryInfo,
  CacheEntryQuery,
  CacheSetOptions,
  CacheStats,
  CacheStore,
  JsonCache,
} from "./port.ts";

export interface CacheOptions {
  /** Estimated heap bytes of the memory tier; 0 switches it off. @default 32 MiB */
  memoryMaxBytes?: number;
  /** Told of the first failure of each kind of call, and again once one has succeeded since. @default says nothing */
  warn?: (message: string, fields: Record<string, unknown>) => void;
  /** @default Date.now */
  nowMs?: () => number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * JSON values in memory, in front of a store. What comes out is frozen to its leaves, wherever it came from: copy it to
 * change it. A store that fails costs a miss and a count in `errors`, never the caller's work; what the caller does
 * wrong (a value that is not JSON, a negative age) throws.
 *
 * The store belongs to whoever opened it.
 */
export class Cache implements JsonCache {
  readonly #store: CacheStore;
  readonly #memory: MemoryTier;
  readonly #warn: (message: string, fields: Record<string, unknown>) => void;
  readonly #nowMs: () => number;
  readonly #counts = {
    hits: 0,
    memoryHits: 0,
    staleHits: 0,
    misses: 0,
    sets: 0,
    deletes: 0,
    errors: 0,
    coalesced: 0,
  };
  /** Counts changes: a read that began before one must not fill the memory tier after it. */
  #changes = 0;
  readonly #failing = new Set<string>();

  constructor(store: CacheStore, options: CacheOptions = {}) {
    const { memoryMaxBytes = 32 * 1024 * 1024, warn = () => {}, nowMs = () => Date.now() } = options;
    if (!(memoryMaxBytes >= 0)) {
      throw new RangeError(
        `Cannot make the cache as 'memoryMaxBytes' must be at least 0: current value is ${memoryMaxBytes}`,
      );
    }
    this.#store = store;
    this.#memory = new MemoryTier(memoryMaxBytes);
    this.#warn = warn;
    this.#nowMs = nowMs;
  }

  async get<T>(key: string, options: { allowStale?: boolean } = {}): Promise<CachedValue<T> | undefined> {
    const nowMs = this.#nowMs();
    let slot = this.#memory.get(key);
    if (slot !== undefined && nowMs < slot.expiresMs) {
      if (nowMs < slot.freshUntilMs || options.allowStale) this.#counts.memoryHits++;
    } else {
      slot = await this.#load(key);
    }
    const stale = slot !== undefined && nowMs >= slot.freshUntilMs;
    if (slot === undefined || (stale && !options.allowStale)) {
      this.#counts.misses++;
      return undefined;
    }
    if (stale) this.#counts.staleHits++;
    else this.#counts.hits++;
    return { value: slot.value as T, storedMs: slot.storedMs, freshUntilMs: slot.freshUntilMs, stale };
  }

  async set(key: string, value: unknown, options: CacheSetOptions): Promise<void> {
    const { maxAgeS, staleS = 0, tags = [] } = options;
    if (!(maxAgeS >= 0) || !(staleS >= 0)) {
      throw new RangeError(
        `Cannot cache the value as 'maxAgeS' and 'staleS' must be at least 0: current values are ${maxAgeS} and ${staleS}`,
      );
    }
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`Cannot cache the value as ${typeof value} is not JSON`);
    this.#changes++;
    this.#counts.sets++;
    const storedMs = this.#nowMs();
    const freshUntilMs = storedMs + Math.min(maxAgeS * 1000, FAR_MS);
    const expiresMs = freshUntilMs + Math.min(staleS * 1000, FAR_MS);
    const bytes = encoder.encode(text);
    if (bytes.length > this.#store.capabilities.maxValueBytes) {
      // Too large to keep is no failure; the old value must go all the same.
      this.#memory.delete(key);
      await this.#tryStore("delete", () => this.#store.delete(key), false);
      return;
    }
    // Memory first, in the order of the calls: a later set or delete finds it and overrules it.
    const slot = memorySlot(key, text, { storedMs, freshUntilMs, expiresMs, tags: [...tags] });
    this.#memory.put(key, slot);
    const stored = await this.#tryStore("set", async () => {
      await this.#store.set(key, { value: bytes, freshUntilMs, expiresMs, tags });
      return true;
    }, false);
    if (!stored && this.#memory.get(key) === slot) this.#memory.delete(key); // in memory only what is on disk too
  }

  delete(key: string): Promise<boolean> {
    this.#changes++;
    this.#memory.delete(key);
    return this.#countDeletes("delete", () => this.#store.delete(key), false);
  }

  deleteByPrefix(prefix: string): Promise<number> {
    this.#changes++;
    this.#memory.deleteWhere((key) => key.startsWith(prefix));
    return this.#countDeletes("deleteByPrefix", () => this.#store.deleteByPrefix(prefix), 0);
  }

  deleteByTag(tag: string): Promise<number> {
    this.#changes++;
    this.#memory.deleteWhere((_key, slot) => slot.tags.includes(tag));
    return this.#countDeletes("deleteByTag", () => this.#store.deleteByTag(tag), 0);
  }

  async clear(): Promise<void> {
    this.#changes++;
    this.#memory.clear();
    await this.#tryStore("clear", () => this.#store.clear(), undefined);
    this.#memory.clear();
  }

  newest(query: CacheEntryQuery): CacheEntryInfo[] {
    return this.#store.newest(query);
  }

  stats(): CacheStats {
    return { ...this.#store.stats(), ...this.#counts };
  }

  /** Counts a caller that waited for another's computation; `cached` calls it. */
  noteCoalesced(): void {
    this.#counts.coalesced++;
  }

  async #load(key: string) {
    const change = this.#changes;
    const entry = await this.#tryStore("get", () => this.#store.get(key), undefined);
    if (entry === undefined) {
      if (change === this.#changes) this.#memory.delete(key);
      return undefined;
    }
    return await this.#tryStore("decode", () => {
      const slot = memorySlot(key, decoder.decode(entry.value), entry);
      // Set or deleted since: this answer is still right for its caller, but for no one later.
      if (change === this.#changes) this.#memory.put(key, slot);
      return slot;
    }, undefined);
  }

  async #countDeletes<T extends number | boolean>(
    action: string,
    work: () => Promise<T>,
    fallback: T,
  ): Promise<T> {
    const result = await this.#tryStore(action, work, fallback);
    this.#changes++; // a read during the delete may have seen the entry
    this.#counts.deletes += Number(result);
    return result;
  }

  async #tryStore<T>(action: string, work: () => T | Promise<T>, fallback: T): Promise<T> {
    try {
      const result = await work();
      this.#failing.delete(action);
      return result;
    } catch (error) {
      this.#counts.errors++;
      if (!this.#failing.has(action)) this.#warn("cache_store_failed", { action, error: messageOf(error) });
      this.#failing.add(action);
      return fallback;
    }
  }
}

/** A thousand years: `Infinity` would not pass through a file header's check. */
const FAR_MS = 1000 * 365.25 * 86_400_000;
