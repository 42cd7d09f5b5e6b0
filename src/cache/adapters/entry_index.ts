import type { CacheEntryInfo, CacheEntryQuery } from "../port.ts";

/** What is known of an entry without reading it. */
export interface IndexedEntry {
  sizeBytes: number;
  expiresMs: number;
  tags: readonly string[];
  /** When its use was last noted on disk. */
  touchedMs: number;
}

/**
 * Keys in the order of use, the longest unused first, with the exact sum of their sizes. While a scan runs, keys that
 * were removed are remembered, so that what the scan saw earlier does not bring them back.
 */
export class EntryIndex {
  #entries = new Map<string, IndexedEntry>();
  #removedWhileScanning: Set<string> | undefined;
  #sizeBytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(key: string): IndexedEntry | undefined {
    return this.#entries.get(key);
  }

  entries(): IterableIterator<[string, IndexedEntry]> {
    return this.#entries.entries();
  }

  newest(query: CacheEntryQuery): CacheEntryInfo[] {
    return newestOf(this.#entries, query);
  }

  /** The longest unused key. */
  oldest(): string | undefined {
    return this.#entries.keys().next().value;
  }

  /** Adds or replaces; the key is then the most recently used. */
  put(key: string, entry: IndexedEntry): void {
    const old = this.#entries.get(key);
    if (old) {
      this.#sizeBytes -= old.sizeBytes;
      this.#entries.delete(key);
    }
    this.#entries.set(key, entry);
    this.#sizeBytes += entry.sizeBytes;
  }

  remove(key: string): boolean {
    this.#removedWhileScanning?.add(key);
    const old = this.#entries.get(key);
    if (!old) return false;
    this.#sizeBytes -= old.sizeBytes;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#sizeBytes = 0;
  }

  beginScan(): void {
    this.#removedWhileScanning = new Set();
  }

  /** Puts what the scan found before all that is in use already, by `touchedMs`; what changed meanwhile stays as it is. */
  endScan(found: [string, IndexedEntry][]): void {
    const removed = this.#removedWhileScanning;
    this.#removedWhileScanning = undefined;
    const fresh = found.filter(([key]) => !this.#entries.has(key) && !removed?.has(key));
    fresh.sort(([, a], [, b]) => a.touchedMs - b.touchedMs);
    for (const [, entry] of fresh) this.#sizeBytes += entry.sizeBytes;
    this.#entries = new Map([...fresh, ...this.#entries]);
  }
}

/** The last of entries in the order of use that begin with a prefix, the last one first; holds twice `limit` at most. */
export function newestOf(
  entries: Iterable<[string, Omit<CacheEntryInfo, "key">]>,
  { prefix = "", limit }: CacheEntryQuery,
): CacheEntryInfo[] {
  const found: CacheEntryInfo[] = [];
  for (const [key, { sizeBytes, expiresMs, tags }] of entries) {
    if (!key.startsWith(prefix)) continue;
    found.push({ key, sizeBytes, expiresMs, tags });
    if (found.length >= 2 * limit) found.splice(0, limit);
  }
  return found.slice(-limit).reverse();
}
