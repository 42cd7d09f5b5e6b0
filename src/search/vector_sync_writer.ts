import { collectionOf, type OwedBook, type OwedChunk } from "./book_port.ts";
import { type VectorCallOptions, type VectorStore, VectorStoreError } from "./vector_port.ts";
import type { EmbeddedChunk } from "./vector_sync_embedding.ts";

/** Ids or records of one request. */
const REMOVALS = 500;
/** Records in a row that Chroma may refuse before it counts as refusing all. */
const MAX_REFUSED = 8;

export interface SyncWriterOptions {
  book: OwedBook;
  /** Told after the book knows. */
  paid(chunks: readonly EmbeddedChunk[]): void;
  /** Chroma will never take it. */
  refused(chunk: OwedChunk, reason: string): void;
}

/** Pays what the book owes, one request at a time. */
export class SyncWriter {
  readonly #options: SyncWriterOptions;
  #refusedInRow = 0;

  constructor(options: SyncWriterOptions) {
    this.#options = options;
  }

  /** Drops collections and removes records that are to go. True: there were some. */
  async settleRemovals(store: VectorStore, call: VectorCallOptions): Promise<boolean> {
    const { book } = this.#options;
    const dropped = book.dropped();
    for (const collection of dropped) {
      await store.drop(collection, call);
      book.collectionGone(collection);
    }
    for (let hasWorked = dropped.length > 0;; hasWorked = true) {
      const removals = book.removals(REMOVALS);
      if (removals.length === 0) return hasWorked;
      for (const [collection, some] of Map.groupBy(removals, (removal) => removal.collection)) {
        await store.delete(collection, some.map(({ chunkId }) => chunkId), call);
        book.removed(some);
      }
    }
  }

  /** Writes a batch, collection by collection. */
  async write(store: VectorStore, batch: readonly EmbeddedChunk[], call: VectorCallOptions): Promise<void> {
    const groups = Map.groupBy(
      batch,
      ({ chunk }) => collectionOf(chunk.generation, chunk.embedderId, chunk.lang),
    );
    for (const [collection, some] of groups) await this.#upsert(store, collection, some, call);
  }

  /** What is refused is halved until the records are found that Chroma does not take. */
  async #upsert(
    store: VectorStore,
    collection: string,
    batch: readonly EmbeddedChunk[],
    call: VectorCallOptions,
  ): Promise<void> {
    const records = batch.map(({ chunk, vector }) => ({
      id: chunk.chunkId,
      vector,
      metadata: chunk.metadata,
    }));
    try {
      await store.upsert(collection, records, call);
    } catch (error) {
      if (!(error instanceof VectorStoreError) || error.kind !== "refused") throw error;
      if (batch.length > 1) {
        const half = batch.length >> 1;
        await this.#upsert(store, collection, batch.slice(0, half), call);
        await this.#upsert(store, collection, batch.slice(half), call);
        return;
      }
      // Wrong credentials, or vectors that do not fit the collection, are no fault of this one.
      await store.count(collection, call);
      if (++this.#refusedInRow >= MAX_REFUSED) throw error;
      this.#options.refused(batch[0]!.chunk, error.message);
      return;
    }
    this.#refusedInRow = 0;
    this.#options.book.stored(batch.map(({ chunk: { seq, chunkId, debt } }) => ({ seq, chunkId, debt })));
    this.#options.paid(batch);
  }
}
