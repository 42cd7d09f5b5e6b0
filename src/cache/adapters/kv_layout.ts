/**
 * Where things lie in the database:
 * `head/<id>` an entry, `<id>` being the hash of its key; `chunk/<body>/<n>` its bytes; `key/<first bytes>/<id>` and
 * `tag/<tag>/<id>` what prefixes and tags are found by; `leftover/<body>` names chunks no head stands for (yet, or any
 * more), so that a crash between two commits leaves nothing that cannot be found again.
 */
export const KV_ROOT = ["tutti-cache", 1] as const;

/** KV takes 64 KiB a value, its own framing included. */
export const CHUNK_BYTES = 60_000;
/** Of a key, what its index key holds; KV takes 2 KiB for all parts. A longer prefix is checked against the head. */
const INDEXED_KEY_BYTES = 1024;
/** KV takes 800 kB in one commit and ten keys in one `getMany`. */
const CHUNKS_A_COMMIT = 10;
const KEYS_A_COMMIT = 100;

export interface KvHead {
  key: string;
  tags: readonly string[];
  storedMs: number;
  freshUntilMs: number;
  expiresMs: number;
  /** Names the chunks; new for each write, so that no reader mixes two bodies. */
  body: string;
  chunks: number;
  bodyBytes: number;
  bodyCrc: number;
  /** What the entry counts for in the size limit. */
  sizeBytes: number;
}

export function isHead(value: unknown): value is KvHead {
  const head = value as KvHead | null;
  return typeof head === "object" && head !== null && typeof head.key === "string" &&
    Array.isArray(head.tags) &&
    typeof head.body === "string" && Number.isSafeInteger(head.chunks) &&
    Number.isSafeInteger(head.bodyBytes) &&
    Number.isFinite(head.expiresMs) && Number.isSafeInteger(head.sizeBytes);
}

export function leftoverKey(body: string): Deno.KvKey {
  return [...KV_ROOT, "leftover", body];
}

export async function writeChunks(
  kv: Deno.Kv,
  body: string,
  value: Uint8Array,
  nowMs: number,
): Promise<void> {
  const chunks = Math.ceil(value.length / CHUNK_BYTES);
  for (let first = 0; first < chunks; first += CHUNKS_A_COMMIT) {
    const commit = kv.atomic();
    if (first === 0) commit.set(leftoverKey(body), { chunks, sinceMs: nowMs });
    for (let n = first; n < Math.min(first + CHUNKS_A_COMMIT, chunks); n++) {
      commit.set([...KV_ROOT, "chunk", body, n], value.slice(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
    }
    await commit.commit();
  }
}

export async function removeChunks(kv: Deno.Kv, body: string, chunks: number): Promise<void> {
  const keys = Array.from({ length: chunks }, (_, n) => [...KV_ROOT, "chunk", body, n]);
  await removeKeys(kv, [...keys, leftoverKey(body)]); // the note goes last
}

/** Removes the chunks of writes and removals that were cut off before `olderThanMs`. */
export async function sweepLeftoverChunks(kv: Deno.Kv, olderThanMs: number): Promise<void> {
  const list = kv.list<{ chunks: number; sinceMs: number }>({ prefix: [...KV_ROOT, "leftover"] });
  for await (const { key, value } of list) {
    if (value.sinceMs < olderThanMs) await removeChunks(kv, key.at(-1) as string, value.chunks);
  }
}

export async function removeAll(kv: Deno.Kv, selector: Deno.KvListSelector): Promise<void> {
  const keys: Deno.KvKey[] = [];
  for await (const { key } of kv.list(selector)) keys.push(key);
  await removeKeys(kv, keys);
}

async function removeKeys(kv: Deno.Kv, keys: readonly Deno.KvKey[]): Promise<void> {
  for (let i = 0; i < keys.length; i += KEYS_A_COMMIT) {
    const commit = kv.atomic();
    for (const key of keys.slice(i, i + KEYS_A_COMMIT)) commit.delete(key);
    await commit.commit();
  }
}

/** The chunks of a body in order, or undefined where one is missing. */
export async function readChunks(kv: Deno.Kv, head: KvHead): Promise<Uint8Array[] | undefined> {
  const parts: Uint8Array[] = [];
  for (let first = 0; first < head.chunks; first += CHUNKS_A_COMMIT) {
    const keys = Array.from(
      { length: Math.min(CHUNKS_A_COMMIT, head.chunks - first) },
      (_, i) => [...KV_ROOT, "chunk", head.body, first + i],
    );
    for (const { value } of await kv.getMany<unknown[]>(keys)) {
      if (!(value instanceof Uint8Array)) return undefined;
      parts.push(value);
    }
  }
  return parts;
}

/** The body of `length` bytes, or undefined where the parts are of another length. */
export function joinChunks(parts: readonly Uint8Array[], length: number): Uint8Array | undefined {
  if (parts.reduce((sum, part) => sum + part.length, 0) !== length) return undefined;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return body;
}

const encoder = new TextEncoder();

/** Where the index keys of all keys beginning with `prefix` lie. */
export function prefixRange(prefix: string): { start: Deno.KvKey; end: Deno.KvKey } {
  const bytes = encoder.encode(prefix).subarray(0, INDEXED_KEY_BYTES).slice();
  const end = new Uint8Array(bytes.length + 1);
  end.set(bytes);
  end[bytes.length] = 0xff; // no byte of UTF-8 is as high
  return { start: [...KV_ROOT, "key", bytes], end: [...KV_ROOT, "key", end] };
}
