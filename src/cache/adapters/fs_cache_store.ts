import { hash } from "node:crypto";
import { StagedFile } from "../../platform/atomic_file.ts";
import { randomSuffix } from "../../platform/ids.ts";
import { nextTurn } from "../../platform/next_turn.ts";
import type { CacheCapabilities, CacheEntry, CacheStore, CacheStoreStats, NewCacheEntry } from "../port.ts";
import { bodyIsSound, decodeHeader, encodeEntryFile } from "./entry_file.ts";
import { EntryIndex, type IndexedEntry } from "./entry_index.ts";
import { checkEntry, encodeKey, fault } from "./entry_limits.ts";
import { FileReader } from "./file_reader.ts";
import { checkOptions, type FsCacheStoreOptions } from "./fs_cache_options.ts";
import { PendingWrites } from "./pending_writes.ts";
import { scanEntries } from "./scan_entries.ts";
import { removeAnything, sweepLeftovers } from "./sweep_leftovers.ts";

/**
 * One file per entry under `folder`, named by a hash of its key, so that no key can name a path. An entry appears by one
 * rename and there is no fsync: after a power cut a file may be empty or torn, which its checksums show, and a cache
 * that has lost entries is still a right one.
 *
 * Two modes. **Scanning**: after opening, the folder is read in the background; keys can be got, set and deleted at
 * once, deletes by prefix and tag wait for the scan, sizes are those found so far. **Scanned**: the index knows every
 * entry this process wrote or found. Processes may share a folder and never see each other's half-written entries;
 * each keeps its own sizes, so the limit is then a limit for each.
 * `CACHE_DIR/entries/a/bc/<61 hex digits>`, `CACHE_DIR/tmp` for files being written and trees being removed.
 */
export class FsCacheStore implements CacheStore {
  readonly capabilities: CacheCapabilities;
  readonly #entriesDir: string;
  readonly #tmpDir: string;
  readonly #maxBytes: number;
  readonly #touchEveryMs: number;
  readonly #nowMs: () => number;
  readonly #reader = new FileReader();
  readonly #index = new EntryIndex();
  readonly newest: CacheStore["newest"] = (query) => this.#index.newest(query);
  readonly #pending = new PendingWrites();
  readonly #work = new Set<Promise<unknown>>();
  #scan = new AbortController();
  #scanned: Promise<void>;
  #evicting: Promise<void> | undefined;
  /** Counts what this process did to files: a read that overlaps with none of it may keep the books. */
  #changes = 0;
  #evictions = 0;
  #corrupt = 0;

  private constructor(folder: string, options: Required<FsCacheStoreOptions>) {
    this.#entriesDir = `${folder}/entries`;
    this.#tmpDir = `${folder}/tmp`;
    this.#maxBytes = options.maxBytes;
    this.#touchEveryMs = options.touchEveryMs;
    this.#nowMs = options.nowMs;
    this.capabilities = { persistent: true, maxValueBytes: options.maxValueBytes };
    this.#scanned = this.#track(this.#scanFolder(this.#scan.signal));
  }

  /** Opens the cache in `folder`, which is created where absent. Throws what the file system throws. */
  static async open(folder: string, options: FsCacheStoreOptions = {}): Promise<FsCacheStore> {
    const checked = checkOptions(options);
    await Deno.mkdir(`${folder}/entries`, { recursive: true });
    await Deno.mkdir(`${folder}/tmp`, { recursive: true });
    return new FsCacheStore(folder, checked);
  }

  /** Settles when the index is complete. Rejects never: a folder that cannot be read leaves a partial index. */
  whenScanned(): Promise<void> {
    return this.#scanned;
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    encodeKey(key);
    const path = this.#pathOf(key);
    const before = this.#changes;
    try {
      return await this.#reader.read(path, (bytes) => this.#decode(key, path, bytes, before));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        // Removed by another process, or the folder was emptied by hand.
        if (before === this.#changes) this.#index.remove(key);
        return undefined;
      }
      if (error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.NotADirectory) {
        this.#dropDamaged(key, path);
        return undefined;
      }
      throw fault("read the cache entry", error);
    }
  }

  set(key: string, entry: NewCacheEntry): Promise<void> {
    return this.#track(this.#set(key, entry));
  }

  // deno-lint-ignore require-await -- the port is asynchronous; throwing must reject
  async delete(key: string): Promise<boolean> {
    encodeKey(key);
    this.#pending.overrule((write) => write.key === key);
    return this.#remove(key);
  }

  deleteByPrefix(prefix: string): Promise<number> {
    this.#pending.overrule((write) => write.key.startsWith(prefix));
    return this.#deleteWhere((key) => key.startsWith(prefix));
  }

  deleteByTag(tag: string): Promise<number> {
    this.#pending.overrule((write) => write.tags.includes(tag));
    return this.#deleteWhere((_key, entry) => entry.tags.includes(tag));
  }

  async clear(): Promise<void> {
    this.#pending.overrule(() => true);
    this.#scan.abort(); // there is nothing left to find
    this.#changes++;
    this.#index.clear();
    const doomed = `${this.#tmpDir}/${randomSuffix(16)}.trash`;
    try {
      Deno.mkdirSync(this.#tmpDir, { recursive: true });
      Deno.renameSync(this.#entriesDir, doomed); // all entries are gone in one step, whatever their number
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw fault("clear the cache", error);
    }
    await this.#track(Deno.remove(doomed, { recursive: true }).catch(() => {})); // else swept at the next start
    await this.#scanned;
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

  /** Ends the scan and waits for the writes under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#scan.abort();
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  /** `before` tells whether files were written or removed while this one was read: then only the answer counts. */
  #decode(key: string, path: string, bytes: Uint8Array, before: number): CacheEntry | undefined {
    const current = before === this.#changes;
    const header = decodeHeader(bytes);
    if (!header || header.key !== key || !bodyIsSound(header, bytes)) {
      if (current) this.#dropDamaged(key, path);
      return undefined;
    }
    const nowMs = this.#nowMs();
    const { storedMs, freshUntilMs, expiresMs, tags } = header;
    if (nowMs >= expiresMs) {
      if (current) this.#removeQuietly(key);
      return undefined;
    }
    if (current) {
      this.#index.put(key, indexed(header, bytes.length, this.#touch(key, path, nowMs)));
    }
    return { value: bytes.slice(header.headerBytes), storedMs, freshUntilMs, expiresMs, tags };
  }

  /** Notes the use of an entry on disk, seldom: the order after a restart may be rough. */
  #touch(key: string, path: string, nowMs: number): number {
    const touchedMs = this.#index.get(key)?.touchedMs ?? 0;
    if (nowMs - touchedMs < this.#touchEveryMs) return touchedMs;
    try {
      Deno.utimeSync(path, nowMs / 1000, nowMs / 1000);
    } catch {
      // A folder that may only be read serves all the same.
    }
    return nowMs;
  }

  async #set(key: string, entry: NewCacheEntry): Promise<void> {
    const keyBytes = encodeKey(key);
    checkEntry(entry, this.capabilities.maxValueBytes);
    const { value, freshUntilMs, expiresMs } = entry;
    const tags = [...entry.tags ?? []];
    const nowMs = this.#nowMs();
    const file = encodeEntryFile(keyBytes, { value, storedMs: nowMs, freshUntilMs, expiresMs, tags });
    if (file.length > this.#maxBytes) {
      throw new RangeError(
        `Cannot cache the entry as its size must be at most ${this.#maxBytes} bytes: current value is ${file.length}`,
      );
    }
    const write = this.#pending.begin(key, tags);
    try {
      using staged = await StagedFile.write(this.#tmpDir, file);
      if (write.overruled) return;
      // From here to put() in one turn: no other call can come between the file and the books.
      staged.commit(this.#pathOf(key));
      this.#changes++;
      this.#index.put(key, { sizeBytes: file.length, expiresMs, tags, touchedMs: nowMs });
    } catch (error) {
      if (!write.overruled) this.#removeQuietly(key); // the old value must not outlive its replacement
      throw fault("write the cache entry", error);
    } finally {
      this.#pending.end(write);
    }
    await this.#evict();
  }

  async #deleteWhere(matches: (key: string, entry: IndexedEntry) => boolean): Promise<number> {
    await this.#scanned;
    const nowMs = this.#nowMs();
    const doomed = [...this.#index.entries()].filter(([key, entry]) => matches(key, entry));
    let count = 0;
    for (const [i, [key, entry]] of doomed.entries()) {
      if (this.#remove(key) && nowMs < entry.expiresMs) count++;
      if (i % 64 === 63) await nextTurn();
    }
    return count;
  }

  /** Removes least recently used entries until the limit holds; some at a time, other work comes between. */
  async #evict(): Promise<void> {
    while (this.#index.sizeBytes > this.#maxBytes) {
      this.#evicting ??= this.#evictAll().finally(() => this.#evicting = undefined);
      await this.#evicting;
    }
  }

  async #evictAll(): Promise<void> {
    for (let i = 1; this.#index.sizeBytes > this.#maxBytes; i++) {
      const key = this.#index.oldest()!;
      this.#removeQuietly(key);
      this.#index.remove(key); // also where the file stays: an eviction must come to an end
      this.#evictions++;
      if (i % 64 === 0) await nextTurn();
    }
  }

  #dropDamaged(key: string, path: string): void {
    this.#corrupt++;
    this.#index.remove(key);
    removeAnything(path);
  }

  #removeQuietly(key: string): void {
    try {
      this.#remove(key);
    } catch {
      // The caller has a better error to report, or none.
    }
  }

  /** File and index in one turn. Whether there was an entry of use. */
  #remove(key: string): boolean {
    this.#changes++;
    const expired = this.#nowMs() >= (this.#index.get(key)?.expiresMs ?? Infinity);
    try {
      Deno.removeSync(this.#pathOf(key));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw fault("remove the cache entry", error);
      this.#index.remove(key);
      return false;
    }
    this.#index.remove(key);
    return !expired;
  }

  async #scanFolder(signal: AbortSignal): Promise<void> {
    this.#index.beginScan();
    const found: [string, IndexedEntry][] = [];
    try {
      await sweepLeftovers(this.#tmpDir, this.#nowMs() - 60_000);
      for await (const { path, sizeBytes, modifiedMs, header } of scanEntries(this.#entriesDir, signal)) {
        const sound = header !== undefined && this.#pathOf(header.key) === path;
        if (!sound) this.#corrupt++;
        if (!sound || this.#nowMs() >= header.expiresMs) removeAnything(path);
        else found.push([header.key, indexed(header, sizeBytes, modifiedMs)]);
      }
    } catch {
      // A folder that cannot be read: get() meets the same fault and reports it.
    }
    this.#index.endScan(signal.aborted ? [] : found);
    await this.#evict();
  }

  /** 4,096 folders at most: a few dozen files in each at the default limit, and nothing to create once they exist. */
  #pathOf(key: string): string {
    const name = hash("sha256", key, "hex");
    return `${this.#entriesDir}/${name.slice(0, 1)}/${name.slice(1, 3)}/${name.slice(3)}`;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(() => {}, () => {}).finally(() => this.#work.delete(settled));
    this.#work.add(settled);
    return work;
  }
}

function indexed(
  { expiresMs, tags }: Pick<CacheEntry, "expiresMs" | "tags">,
  sizeBytes: number,
  touchedMs: number,
): IndexedEntry {
  return { sizeBytes, expiresMs, tags, touchedMs };
}
