import { crc32 } from "node:zlib";
import { hash } from "node:crypto";
import { randomSuffix } from "../../platform/ids.ts";
import type {
  CacheCapabilities,
  CacheEntry,
  CacheEntryInfo,
  CacheEntryQuery,
  CacheStore,
  CacheStoreStats,
  NewCacheEntry,
} from "../port.ts";
import { EntryIndex, type IndexedEntry } from "./entry_index.ts";
import { checkEntry, checkWhole, encodeKey } from "./entry_limits.ts";
import {
  CHUNK_BYTES,
  isHead,
  joinChunks,
  KV_ROOT,
  type KvHead,
  leftoverKey,
  prefixRange,
  readChunks,
  removeAll,
  removeChunks,
  sweepLeftoverChunks,
  writeChunks,
} from "./kv_layout.ts";

export interface KvCacheStoreOptions {
  /** Bytes of keys, values and tags; the least recently used entries go first. @default 1 GiB */
  maxBytes?: number;
  /** @default maxBytes, at most 16 MiB */
  maxValueBytes?: number;
  /** @default Date.now */
  nowMs?: () => number;
}

/**
 * Entries in a Deno KV database. A value takes at most 64 kB there, so bodies are cut into chunks under an id of their
 * own; the head that names the id is written last, in one commit with the index keys: an entry appears whole or not at
 * all. Keys over KV's 2 kB are no trouble, as an entry's place is a hash of its key.
 *
 * The order of use lives in memory: after a restart it is the order of writing. Opening scans the heads in the
 * background; sizes are those found so far until then.
 */
export class KvCacheStore implements CacheStore {
  readonly capabilities: CacheCapabilities;
  readonly #kv: Deno.Kv;
  readonly #maxBytes: number;
  readonly #nowMs: () => number;
  readonly #index = new EntryIndex();
  readonly #scan = new AbortController();
  #scanned: Promise<void>;
  /** Changes happen one after another: the order of the calls is the order that holds. Reads do not wait. */
  #changes: Promise<unknown> = Promise.resolve();
  #evictions = 0;
  #corrupt = 0;

  private constructor(kv: Deno.Kv, options: Required<KvCacheStoreOptions>) {
    this.#kv = kv;
    this.#maxBytes = options.maxBytes;
    this.#nowMs = options.nowMs;
    this.capabilities = { persistent: true, maxValueBytes: options.maxValueBytes };
    this.#index.beginScan();
    this.#scanned = this.#scanHeads(this.#scan.signal);
  }

  /** Opens the database file at `path` (`:memory:` for one that is gone with the process). Throws what Deno KV throws. */
  static async open(path: string, options: KvCacheStoreOptions = {}): Promise<KvCacheStore> {
    const { maxBytes = 1024 ** 3, nowMs = () => Date.now() } = options;
    const { maxValueBytes = Math.min(maxBytes, 16 * 1024 ** 2) } = options;
    checkWhole("maxBytes", maxBytes, 1);
    checkWhole("maxValueBytes", maxValueBytes, 1);
    return new KvCacheStore(await Deno.openKv(path), { maxBytes, maxValueBytes, nowMs });
  }

  /** Settles when the index is complete; never rejects. */
  whenScanned(): Promise<void> {
    return this.#scanned;
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    encodeKey(key);
    const id = idOf(key);
    // A second look where a set or delete took the chunks away between the two reads.
    for (let look = 0; look < 2; look++) {
      const { value: head, versionstamp } = await this.#kv.get<KvHead>([...KV_ROOT, "head", id]);
      if (versionstamp === null) {
        this.#index.remove(key);
        return undefined;
      }
      const parts = isHead(head) && head.key === key ? await readChunks(this.#kv, head) : undefined;
      const value = parts && joinChunks(parts, head.bodyBytes);
      if (value && crc32(value) === head.bodyCrc) return this.#fresh(key, head, value);
      const again = await this.#kv.get([...KV_ROOT, "head", id]);
      if (again.versionstamp !== versionstamp) continue;
      this.#corrupt++;
      await this.#change(() => this.#removeHead(id, key, versionstamp));
      return undefined;
    }
    return undefined;
  }

  set(key: string, entry: NewCacheEntry): Promise<void> {
    return this.#change(() => this.#set(key, entry));
  }

  async delete(key: string): Promise<boolean> {
    encodeKey(key);
    return await this.#change(() => this.#removeHead(idOf(key), key));
  }

  deleteByPrefix(prefix: string): Promise<number> {
    return this.#change(() => this.#deleteListed(prefixRange(prefix), (key) => key.startsWith(prefix)));
  }

  deleteByTag(tag: string): Promise<number> {
    return this.#change(() => this.#deleteListed({ prefix: [...KV_ROOT, "tag", tag] }, () => true));
  }

  clear(): Promise<void> {
    return this.#change(async () => {
      this.#scan.abort();
      await this.#scanned;
      // Heads first: an entry without its head does not exist, a head without its body would count as damaged.
      for (const kind of ["head", "tag", "key", "chunk", "leftover"]) {
        await removeAll(this.#kv, { prefix: [...KV_ROOT, kind] });
      }
      this.#index.clear();
    });
  }

  newest(query: CacheEntryQuery): CacheEntryInfo[] {
    return this.#index.newest(query);
  }

  stats(): CacheStoreStats {
    return {
      entries: this.#index.size,
      sizeBytes: this.#index.sizeBytes,
      maxBytes: this.#maxBytes,
      evictions: this.#evictions,
      corrupt: this.#corrupt,
    };
  }

  /** Waits for the changes under way, then closes the database it opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#scan.abort();
    await this.#scanned;
    await this.#changes;
    this.#kv.close();
  }

  #fresh(key: string, head: KvHead, value: Uint8Array): CacheEntry | undefined {
    const { storedMs, freshUntilMs, expiresMs, tags } = head;
    if (this.#nowMs() >= expiresMs) return undefined; // evicted in its turn, as the longest unused
    const indexed = this.#index.get(key);
    if (indexed) this.#index.put(key, indexed);
    return { value, storedMs, freshUntilMs, expiresMs, tags };
  }

  async #set(key: string, entry: NewCacheEntry): Promise<void> {
    const keyBytes = encodeKey(key);
    checkEntry(entry, this.capabilities.maxValueBytes);
    const { value, freshUntilMs, expiresMs } = entry;
    const tags = [...new Set(entry.tags ?? [])];
    const sizeBytes = keyBytes.length + value.length + tags.reduce((sum, tag) => sum + tag.length, 0);
    if (sizeBytes > this.#maxBytes) {
      throw new RangeError(
        `Cannot cache the entry as its size must be at most ${this.#maxBytes} bytes: current value is ${sizeBytes}`,
      );
    }
    const id = idOf(key);
    const body = randomSuffix(16);
    const storedMs = this.#nowMs();
    const head: KvHead = {
      key,
      tags,
      storedMs,
      freshUntilMs,
      expiresMs,
      body,
      chunks: Math.ceil(value.length / CHUNK_BYTES),
      bodyBytes: value.length,
      bodyCrc: crc32(value),
      sizeBytes,
    };
    try {
      await writeChunks(this.#kv, body, value, storedMs);
      if (!await this.#replaceHead(id, head)) throw new Error("another process keeps writing the same entry");
    } catch (error) {
      await this.#removeHead(id, key).catch(() => {}); // the old value must not outlive its replacement
      throw new Error(`Cannot write the cache entry: ${(error as Error).message}`, { cause: error });
    }
    this.#index.put(key, { sizeBytes, expiresMs, tags, touchedMs: storedMs });
    while (this.#index.sizeBytes > this.#maxBytes) {
      const oldest = this.#index.oldest()!;
      await this.#removeHead(idOf(oldest), oldest);
      this.#index.remove(oldest);
      this.#evictions++;
    }
  }

  /** Makes `head` the entry's, over whatever is there; false where other processes were faster each time. */
  async #replaceHead(id: string, head: KvHead): Promise<boolean> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const found = await this.#kv.get<KvHead>([...KV_ROOT, "head", id]);
      const old = isHead(found.value) ? found.value : undefined;
      const commit = this.#kv.atomic().check(found);
      for (const tag of old?.tags ?? []) commit.delete([...KV_ROOT, "tag", tag, id]);
      for (const tag of head.tags) commit.set([...KV_ROOT, "tag", tag, id], null);
      commit.set([...KV_ROOT, "head", id], head).set(keyIndex(head.key, id), null);
      commit.delete(leftoverKey(head.body));
      if (old) commit.set(leftoverKey(old.body), { chunks: old.chunks, sinceMs: 0 });
      if (!(await commit.commit()).ok) continue;
      if (old) await removeChunks(this.#kv, old.body, old.chunks);
      return true;
    }
    return false;
  }

  /** Head and index keys in one commit, then the chunks. Whether there was an entry of use. */
  async #removeHead(id: string, key: string, versionstamp?: string): Promise<boolean> {
    const headKey = [...KV_ROOT, "head", id];
    const found = await this.#kv.get<KvHead>(headKey);
    if (found.versionstamp === null) this.#index.remove(key);
    if (found.versionstamp === null || (versionstamp && found.versionstamp !== versionstamp)) return false;
    const head = isHead(found.value) ? found.value : undefined;
    const commit = this.#kv.atomic().check(found).delete(headKey).delete(keyIndex(head?.key ?? key, id));
    for (const tag of head?.tags ?? []) commit.delete([...KV_ROOT, "tag", tag, id]);
    if (head) commit.set(leftoverKey(head.body), { chunks: head.chunks, sinceMs: 0 });
    if (!(await commit.commit()).ok) return false; // another process replaced it: theirs is the later word
    this.#index.remove(key);
    if (!head) return false;
    await removeChunks(this.#kv, head.body, head.chunks);
    return this.#nowMs() < head.expiresMs;
  }

  async #deleteListed(range: Deno.KvListSelector, matches: (key: string) => boolean): Promise<number> {
    const ids: string[] = [];
    for await (const { key } of this.#kv.list(range)) ids.push(key.at(-1) as string);
    let count = 0;
    for (const id of ids) {
      const { value: head } = await this.#kv.get<KvHead>([...KV_ROOT, "head", id]);
      if (isHead(head) && matches(head.key) && await this.#removeHead(id, head.key)) count++;
    }
    return count;
  }

  async #scanHeads(signal: AbortSignal): Promise<void> {
    const found: [string, IndexedEntry][] = [];
    try {
      for await (const { value: head } of this.#kv.list<KvHead>({ prefix: [...KV_ROOT, "head"] })) {
        if (signal.aborted) break;
        if (!isHead(head)) continue;
        const { key, sizeBytes, expiresMs, tags, storedMs } = head;
        found.push([key, { sizeBytes, expiresMs, tags, touchedMs: storedMs }]);
      }
      await sweepLeftoverChunks(this.#kv, this.#nowMs() - 60_000);
    } catch {
      // A database that cannot be read: get() meets the same fault and reports it.
    }
    this.#index.endScan(found);
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(work);
    this.#changes = result.catch(() => {});
    return result;
  }
}

function idOf(key: string): string {
  return hash("sha256", key, "hex");
}

function keyIndex(key: string, id: string): Deno.KvKey {
  return [...prefixRange(key).start, id];
}
