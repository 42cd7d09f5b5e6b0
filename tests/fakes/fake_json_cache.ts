import type {
  CacheEntryInfo,
  CacheEntryQuery,
  CacheSetOptions,
  CacheStats,
  JsonCache,
} from "../../src/cache/port.ts";

/** A cache in memory that forgets nothing by itself. */
export class FakeJsonCache implements JsonCache {
  readonly #entries = new Map<
    string,
    { json: string; storedMs: number; freshUntilMs: number; tags: readonly string[] }
  >();
  #hits = 0;
  #misses = 0;

  // deno-lint-ignore require-await
  async get<T>(key: string) {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    const { json, storedMs, freshUntilMs } = entry;
    return { value: JSON.parse(json) as T, storedMs, freshUntilMs, stale: false };
  }

  // deno-lint-ignore require-await
  async set(key: string, value: unknown, options: CacheSetOptions) {
    const storedMs = Date.now();
    this.#entries.set(key, {
      json: JSON.stringify(value),
      storedMs,
      freshUntilMs: storedMs + options.maxAgeS * 1000,
      tags: options.tags ?? [],
    });
  }

  // deno-lint-ignore require-await
  async delete(key: string) {
    return this.#entries.delete(key);
  }

  deleteByPrefix(prefix: string) {
    return this.#deleteWhere((key) => key.startsWith(prefix));
  }

  deleteByTag(tag: string) {
    return this.#deleteWhere((key) => this.#entries.get(key)!.tags.includes(tag));
  }

  async clear() {
    await this.#deleteWhere(() => true);
  }

  newest({ prefix = "", limit }: CacheEntryQuery): CacheEntryInfo[] {
    return [...this.#entries].filter(([key]) => key.startsWith(prefix)).slice(-limit).reverse()
      .map(([key, { json, freshUntilMs, tags }]) => ({
        key,
        sizeBytes: json.length,
        expiresMs: freshUntilMs,
        tags,
      }));
  }

  stats(): CacheStats {
    return {
      entries: this.#entries.size,
      sizeBytes: 0,
      maxBytes: 1024,
      evictions: 0,
      corrupt: 0,
      hits: this.#hits,
      memoryHits: 0,
      staleHits: 0,
      misses: this.#misses,
      sets: 0,
      deletes: 0,
      errors: 0,
      coalesced: 0,
    };
  }

  // deno-lint-ignore require-await
  async #deleteWhere(matches: (key: string) => boolean): Promise<number> {
    const keys = [...this.#entries.keys()].filter(matches);
    for (const key of keys) this.#entries.delete(key);
    return keys.length;
  }
}
