import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import type { Embedder } from "../embedding_port.ts";
import { isUnreadable, VectorFile } from "./vector_file.ts";

/** 170,000 vectors of 1,536 numbers. */
const MAX_BYTES = 1024 * 1024 * 1024;
/** After a fault of the file: how long texts are embedded without it. */
const RETRY_AFTER_MS = 60_000;

/**
 * An embedder whose vectors are kept in a file, by SHA-256 of embedder and text: the same text is asked for once, in a
 * rebuild too. The file is no more than a saving: whatever is wrong with it, texts are embedded all the same.
 */
export class CachedEmbedder implements Embedder {
  readonly id: string;
  readonly batchSize: number;
  readonly isCostly: boolean;
  readonly #inner: Embedder;
  readonly #path: string;
  readonly #maxBytes: number;
  #file: VectorFile | undefined;
  #retryAtMs = 0;
  #isDisposed = false;
  #dimensions: number | undefined;

  /** @param options `path` of the file; `maxBytes` it may grow to. @default 1 GiB */
  constructor(inner: Embedder, options: { path: string; maxBytes?: number }) {
    this.#inner = inner;
    this.#path = options.path;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.id = inner.id;
    this.batchSize = inner.batchSize;
    this.isCostly = inner.isCostly;
  }

  get dimensions(): number | undefined {
    return this.#inner.dimensions ?? this.#dimensions;
  }

  async embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    options.signal?.throwIfAborted();
    const keys = texts.map((text) => this.#keyOf(text, options.kind));
    const vectors = this.#try((file) => file.get(keys)) ?? keys.map(() => undefined);
    await this.#complete(texts, keys, vectors, options);
    // A server whose model changed under its name: what was kept is of the old one, and the two do not go together.
    const length = this.#inner.dimensions;
    const isOld = (vector: Float32Array | undefined) => length !== undefined && vector?.length !== length;
    if (vectors.some(isOld)) {
      vectors.forEach((vector, place) => isOld(vector) && (vectors[place] = undefined));
      await this.#complete(texts, keys, vectors, options);
    }
    this.#dimensions ??= vectors[0]?.length;
    return vectors as Float32Array[];
  }

  /** Embeds the texts that have no vector yet, each once, and keeps what came. */
  async #complete(
    texts: string[],
    keys: Uint8Array[],
    vectors: (Float32Array | undefined)[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<void> {
    const places = Map.groupBy(
      texts.keys().filter((place) => vectors[place] === undefined),
      (place) => texts[place]!,
    );
    if (places.size === 0) return;
    const made = await this.#inner.embed([...places.keys()], options);
    const entries = [...places.values()].map((same, i) => {
      for (const place of same) vectors[place] = made[i]!;
      return { key: keys[same[0]!]!, vector: made[i]! };
    });
    this.#try((file) => file.put(entries));
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
    this.#inner[Symbol.dispose]?.();
  }

  #keyOf(text: string, kind: string): Uint8Array {
    return createHash("sha256").update(`${this.id}\0${kind}\0`).update(text).digest();
  }

  /** Does something with the file; undefined where it cannot be done now. */
  #try<T>(work: (file: VectorFile) => T): T | undefined {
    if (this.#isDisposed || Date.now() < this.#retryAtMs) return undefined;
    try {
      this.#file ??= new VectorFile(this.#path, { maxBytes: this.#maxBytes });
      return work(this.#file);
    } catch (error) {
      this.#file?.[Symbol.dispose]();
      this.#file = undefined;
      if (isUnreadable(error)) this.#remove(); // and the next call makes it anew
      else this.#retryAtMs = Date.now() + RETRY_AFTER_MS; // locked, full, not ours to write
      return undefined;
    }
  }

  #remove(): void {
    try {
      for (const end of ["", "-wal", "-shm"]) rmSync(this.#path + end, { force: true });
    } catch {
      this.#retryAtMs = Date.now() + RETRY_AFTER_MS;
    }
  }
}
