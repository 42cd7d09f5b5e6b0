import type {
  CacheCapabilities,
  CacheEntry,
  CacheEntryInfo,
  CacheEntryQuery,
  CacheStore,
  CacheStoreStats,
  NewCacheEntry,
} from "../port.ts";
import { newestOf } from "./entry_index.ts";
import { checkEntry, checkWhole, encodeKey } from "./entry_limits.ts";

export interface MemoryCacheStoreOptions {
  /** Bytes of keys, values and tags; the least recently used entries go first. @default 64 MiB */
  maxBytes?: number;
  /** @default maxBytes, at most 64 MiB */
  maxValueBytes?: number;
  /** @default Date.now */
  nowMs?: () => number;
}

interface Slot extends CacheEntry {
  sizeBytes: number;
}

/** Entries in this process's memory, gone with it. A `Map` keeps the order of use: first the longest unused. */
export class MemoryCacheStore implements CacheStore {
  readonly capabilities: CacheCapabilities;
  readonly #maxBytes: number;
  readonly #nowMs: () => number;
  readonly #slots = new Map<string, Slot>();
  #sizeBytes = 0;
  #evictions = 0;

  constructor(options: MemoryCacheStoreOptions = {}) {
    const { maxBytes = 64 * 1024 * 1024, nowMs = () => Date.now() } = options;
    const { maxValueBytes = Math.min(maxBytes, 64 * 1024 * 1024) } = options;
    checkWhole("maxBytes", maxBytes, 1);
    checkWhole("maxValueBytes", maxValueBytes, 1);
    this.#maxBytes = maxBytes;
    this.#nowMs = nowMs;
    this.capabilities = { persistent: false, maxValueBytes };
  }

  // deno-lint-ignore require-await -- the port is asynchronous; throwing must reject
  async get(key: string): Promise<CacheEntry | undefined> {
    encodeKey(key);
    const slot = this.#slots.get(key);
    if (!slot) return undefined;
    if (this.#nowMs() >= slot.expiresMs) {
      this.#drop(key);
      return undefined;
    }
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    const { storedMs, freshUntilMs, expiresMs, tags } = slot;
    return { value: slot.value.slice(), storedMs, freshUntilMs, expiresMs, tags };
  }

  // deno-lint-ignore require-await -- as above
  async set(key: string, entry: NewCacheEntry): Promise<void> {
    const keyBytes = encodeKey(key);
    checkEntry(entry, this.capabilities.maxValueBytes);
    const { freshUntilMs, expiresMs } = entry;
    const tags = [...entry.tags ?? []];
    const sizeBytes = keyBytes.length + entry.value.length + tags.reduce((sum, tag) => sum + tag.length, 0);
    if (sizeBytes > this.#maxBytes) {
      throw new RangeError(
        `Cannot cache the entry as its size must be at most ${this.#maxBytes} bytes: current value is ${sizeBytes}`,
      );
    }
    this.#drop(key);
    this.#slots.set(key, {
      value: entry.value.slice(), // the caller's buffer stays the caller's
      storedMs: this.#nowMs(),
      freshUntilMs,
      expiresMs,
      tags,
      sizeBytes,
    });
    this.#sizeBytes += sizeBytes;
    for (const oldest of this.#slots.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) break;
      this.#drop(oldest);
      this.#evictions++;
    }
  }

  // deno-lint-ignore require-await -- as above
  async delete(key: string): Promise<boolean> {
    encodeKey(key);
    const expiresMs = this.#slots.get(key)?.expiresMs ?? 0;
    return this.#drop(key) && this.#nowMs() < expiresMs;
  }

  deleteByPrefix(prefix: string): Promise<number> {
    return this.#deleteWhere((key) => key.startsWith(prefix));
  }

  deleteByTag(tag: string): Promise<number> {
    return this.#deleteWhere((_key, slot) => slot.tags.includes(tag));
  }

  // deno-lint-ignore require-await -- as above
  async clear(): Promise<void> {
    this.#slots.clear();
    this.#sizeBytes = 0;
  }

  newest(query: CacheEntryQuery): CacheEntryInfo[] {
    return newestOf(this.#slots, query);
  }

  stats(): CacheStoreStats {
    return {
      entries: this.#slots.size,
      sizeBytes: this.#sizeBytes,
      maxBytes: this.#maxBytes,
      evictions: this.#evictions,
      corrupt: 0,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }

  // deno-lint-ignore require-await -- as above
  async #deleteWhere(matches: (key: string, slot: Slot) => boolean): Promise<number> {
    const nowMs = this.#nowMs();
    let count = 0;
    for (const [key, slot] of this.#slots) {
      if (!matches(key, slot)) continue;
      this.#drop(key);
      if (nowMs < slot.expiresMs) count++;
    }
    return count;
  }

  #drop(key: string): boolean {
    const slot = this.#slots.get(key);
    if (!slot) return false;
    this.#sizeBytes -= slot.sizeBytes;
    return this.#slots.delete(key);
  }
}
