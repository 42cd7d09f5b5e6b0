import type { BackoffOptions } from "../platform/backoff.ts";
import { messageOf } from "../platform/errors.ts";
import type { OwedBook, OwedChunk } from "./book_port.ts";
import { type Embedder, EmbedderError } from "./embedding_port.ts";
import type { IndexStats } from "./index_port.ts";
import { type VectorCallOptions, type VectorStore, VectorStoreError } from "./vector_port.ts";
import { auditVectors } from "./vector_sync_audit.ts";
import { type EmbeddedChunk, SyncEmbedding } from "./vector_sync_embedding.ts";
import { RetryGate } from "./vector_sync_gate.ts";
import { Pulse } from "./vector_sync_pulse.ts";
import { SyncWriter } from "./vector_sync_writer.ts";

/** However long a model asks to be left alone. */
const MAX_ASKED_MS = 10 * 60_000;

export interface VectorSyncOptions {
  book: OwedBook;
  embedder: Embedder;
  /** Told, after the book knows, that something that was owed to Chroma is not any more. */
  onPaid?: () => void;
  /**
   * Chunks embedded and written together: Chroma is quickest by the thousand, but what a model has made at a price should
   * not wait long for others. @default 1000, of an embedder that is costly 256
   */
  batchSize?: number;
  /** Longest wait for one request of Chroma. @default 30000 */
  timeoutMs?: number;
  /** Pauses where Chroma or the embedder does not answer. @default { minMs: 500, maxMs: 30000 } */
  backoff?: BackoffOptions;
}

interface Connection {
  store: VectorStore;
  ending: AbortController;
  isAudited: boolean;
}

/**
 * Brings Chroma to what the book says it should have: one loop, one writer.
 *
 *     connected → audit → collections to drop → records to remove → chunks to embed and write → (wait for `wake`)
 *
 * While a batch is written the next one is embedded. Whoever does not answer is asked again after a pause, of which a new
 * connection ends Chroma's; what is to be removed does not wait for the embedder.
 */
export class VectorSync implements AsyncDisposable {
  readonly #options: Required<VectorSyncOptions>;
  readonly #embedding: SyncEmbedding;
  readonly #writer: SyncWriter;
  readonly #chromaGate: RetryGate;
  readonly #embedderGate: RetryGate;
  readonly #pulse = new Pulse();
  readonly #stopping = new AbortController();
  /** Debts that are left alone, as one of the two will never take their text, and why. */
  readonly #leftOut = new Map<number, { by: "embedder" | "chroma"; reason: string }>();
  readonly #running: Promise<void>;
  #connection: Connection | undefined;
  #absence: { isOff: boolean; reason: string } = { isOff: false, reason: "Chroma is not connected yet" };
  #isBusy = false;
  #written = 0;

  constructor(options: VectorSyncOptions) {
    const {
      onPaid = () => {},
      batchSize = options.embedder.isCostly ? 256 : 1000,
      timeoutMs = 30_000,
      backoff = { minMs: 500, maxMs: 30_000 },
    } = options;
    this.#options = { ...options, onPaid, batchSize, timeoutMs, backoff };
    const refusedBy = (by: "embedder" | "chroma") => (chunk: OwedChunk, reason: string) =>
      void this.#leftOut.set(chunk.debt, { by, reason });
    this.#embedding = new SyncEmbedding(options.embedder, refusedBy("embedder"));
    const paid = (chunks: readonly EmbeddedChunk[]) => this.#paid(chunks);
    this.#writer = new SyncWriter({ book: options.book, paid, refused: refusedBy("chroma") });
    this.#chromaGate = new RetryGate(backoff);
    this.#embedderGate = new RetryGate(backoff);
    this.#running = this.#run();
  }

  /** Chroma is there (again): it is audited, then what is owed is written. The store stays the caller's. */
  connected(store: VectorStore): void {
    this.#connection?.ending.abort();
    this.#connection = { store, ending: new AbortController(), isAudited: false };
    this.#chromaGate.open();
    for (const [debt, { by }] of this.#leftOut) if (by === "chroma") this.#leftOut.delete(debt);
    this.#pulse.fire();
  }

  /** Chroma is not there; `isOff`: and will not be. What was being written is given up. */
  disconnected({ reason, isOff = false }: { reason: string; isOff?: boolean }): void {
    this.#connection?.ending.abort();
    this.#connection = undefined;
    this.#absence = { isOff, reason };
  }

  /** Something new is owed. */
  wake(): void {
    this.#pulse.fire();
  }

  state(): IndexStats["vectorSync"] {
    const counters = { written: this.#written, embedded: this.#embedding.embedded };
    if (this.#connection === undefined) {
      const { isOff, reason } = this.#absence;
      return { state: isOff ? "off" : "waiting", reason, ...counters };
    }
    const closed = this.#chromaGate.closed() ?? this.#embedderGate.closed();
    if (closed) return { state: "waiting", ...closed, ...counters };
    const [first] = this.#leftOut.values();
    const reason = first === undefined
      ? undefined
      : `${this.#leftOut.size} passages are left out until the next start: ${first.reason}`;
    const isBusy = this.#isBusy || this.#pulse.isDue;
    return { state: isBusy ? "writing" : "idle", ...(reason ? { reason } : {}), ...counters };
  }

  /** Ends the loop, and waits until nothing of it runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#connection?.ending.abort();
    this.#pulse.fire();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const connection = this.#connection;
      const waitMs = this.#chromaGate.remainingMs;
      if (connection === undefined || waitMs > 0) {
        await this.#pulse.wait(connection === undefined ? undefined : waitMs);
        continue;
      }
      this.#isBusy = true;
      try {
        await this.#round(connection);
      } catch (error) {
        if (!connection.ending.signal.aborted) this.#failed(connection, error);
        continue;
      } finally {
        this.#isBusy = false;
      }
      const embedderMs = this.#embedderGate.remainingMs;
      await this.#pulse.wait(embedderMs > 0 ? embedderMs : undefined);
    }
  }

  #failed(connection: Connection, error: unknown): void {
    if (error instanceof EmbedderError) {
      const askedMs = Math.min(MAX_ASKED_MS, (error.retryAfterS ?? 0) * 1000);
      this.#embedderGate.fail(`embedder: ${error.message}`, askedMs);
      return;
    }
    // A request that was given up may have been carried out, or be carried out late.
    if (error instanceof VectorStoreError && error.kind !== "refused") connection.isAudited = false;
    this.#chromaGate.fail(messageOf(error));
  }

  async #round(connection: Connection): Promise<void> {
    const { store, ending: { signal } } = connection;
    const { book, timeoutMs } = this.#options;
    const call: VectorCallOptions = { timeoutMs, signal };
    if (!connection.isAudited) {
      await auditVectors(book, store, call);
      connection.isAudited = true;
      this.#chromaGate.open();
    }
    await this.#settleRemovals(store, call);
    if (this.#embedderGate.remainingMs > 0) return;
    // The first batch is short: Chroma waits for it.
    let next = this.#prepare([], Math.ceil(this.#options.batchSize / 4), signal);
    try {
      for (;;) {
        const ready = await next;
        if (ready === undefined) return;
        const writing = this.#writer.write(store, ready, call);
        next = this.#prepare(ready, this.#options.batchSize, signal);
        next.catch(() => {}); // it is told when its turn comes, or with what ends this round
        await writing;
        this.#chromaGate.open();
        await this.#settleRemovals(store, call);
      }
    } finally {
      // Never two embeddings at once; what it makes is kept for the next round.
      await next.catch(() => {});
    }
  }

  async #settleRemovals(store: VectorStore, call: VectorCallOptions): Promise<void> {
    if (await this.#writer.settleRemovals(store, call)) this.#options.onPaid();
  }

  /** The next batch with its vectors, beside one that is being written; undefined: there is none. */
  async #prepare(
    writing: readonly EmbeddedChunk[],
    size: number,
    signal: AbortSignal,
  ): Promise<EmbeddedChunk[] | undefined> {
    const { book, embedder } = this.#options;
    const taken = new Set(writing.map(({ chunk }) => chunk.debt));
    for (;;) {
      const owed = book.owed(size + taken.size + this.#leftOut.size)
        .filter(({ debt, embedderId }) =>
          !taken.has(debt) && !this.#leftOut.has(debt) && embedderId === embedder.id
        )
        .slice(0, size);
      if (owed.length === 0) return undefined;
      const vectors = await this.#embedding.vectorsOf(owed, signal);
      this.#embedderGate.open();
      if (vectors.length > 0) return vectors;
    }
  }

  #paid(chunks: readonly EmbeddedChunk[]): void {
    this.#embedding.forget(chunks);
    this.#written += chunks.length;
    this.#options.onPaid();
  }
}
