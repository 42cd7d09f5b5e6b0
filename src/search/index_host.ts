import type { VectorDatabaseState } from "./database_port.ts";
import type { OwedBook } from "./book_port.ts";
import { indexBooks } from "./index_books.ts";
import type { IndexBook } from "./index_book_port.ts";
import { IndexCore } from "./index_core.ts";
import { IndexJobs } from "./index_jobs.ts";
import type { IndexBooks, IndexStats, SearchIndex } from "./index_port.ts";
import { IndexRebuild } from "./index_rebuild.ts";
import { IndexWaiters } from "./index_waiters.ts";
import type { IndexWork } from "./index_work.ts";
import type { VectorServer, VectorStore } from "./vector_port.ts";

/** What works off what is owed, as the host drives it. */
export interface IndexVectors {
  /** Something new is owed. */
  wake(): void;
  databaseIs(state: VectorDatabaseState, server?: VectorServer): void;
  status(): IndexStats["vectorSync"];
  /** Chroma, while it can be asked. */
  store(): VectorStore | undefined;
  close(): Promise<void>;
}

export interface IndexHostOptions {
  book: IndexBook;
  embedderId: string;
  maxTokens: number;
  vectorTimeoutMs: number;
  /** Made last: it needs the book as the host watches it. */
  vectors: (debts: OwedBook) => IndexVectors;
  /** After a commit that changed what searches find. */
  onChange: () => void;
}

/** Calls of `SearchIndex` by name. */
export type IndexMethod = Exclude<
  keyof SearchIndex,
  "failed" | "onChange" | "vectorDatabaseIs" | typeof Symbol.asyncDispose
>;
type Calls = { [K in IndexMethod]: (...args: Parameters<SearchIndex[K]>) => unknown };

/** What was cut off by a full disk is tried again so long after. */
const TIDY_AGAIN_MS = 2000;

/** All of the index that runs in its thread: writes by turns, reads at once, vectors in the background. */
export class IndexHost implements AsyncDisposable {
  readonly #book: IndexBook;
  readonly #core: IndexCore;
  readonly #rebuild: IndexRebuild;
  readonly #jobs: IndexJobs;
  readonly #waiters: IndexWaiters;
  readonly #vectors: IndexVectors;
  readonly #options: IndexHostOptions;
  readonly #calls: Calls;
  #tidying = false;
  #tidyTimer: ReturnType<typeof setTimeout> | undefined;

  /** @throws {ServiceError} the file cannot be written */
  constructor(options: IndexHostOptions) {
    const { book, embedderId, maxTokens } = options;
    this.#options = options;
    this.#book = book;
    this.#core = new IndexCore(book, { maxTokens });
    this.#rebuild = new IndexRebuild(book, this.#core, { embedderId });
    book.transaction(() => this.#rebuild.open());
    this.#waiters = new IndexWaiters((documentId) => book.chunks.owesOf(documentId));
    this.#jobs = new IndexJobs(book, {
      onCommitted: () => this.#committed(),
      onFault: () => this.#tidyLater(),
    });
    this.#vectors = options.vectors(this.#watched());
    this.#calls = this.#table();
    this.#tidy();
  }

  /** Answers once it is durable. Rejects with `ServiceError`. */
  call(method: IndexMethod, args: unknown[]): Promise<unknown> {
    const run = this.#calls[method] as (...args: unknown[]) => unknown;
    return Promise.try(run, ...args);
  }

  databaseIs(state: VectorDatabaseState, server?: VectorServer): void {
    this.#vectors.databaseIs(state, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#tidyTimer);
    this.#tidying = true; // nothing of it begins any more
    this.#jobs.close();
    await this.#vectors.close();
    this.#waiters.close();
    this.#book[Symbol.dispose]();
  }

  #table(): Calls {
    const { uploads } = this.#book;
    const core = this.#core;
    const at = <T>(work: () => T) => this.#jobs.add(() => atOnce(work));
    const read = <T>(work: () => T) => this.#book.reading(work);
    return {
      put: (document) => this.#jobs.add(() => core.put(document)),
      touch: (documentId, fetchedMs) => at(() => core.touch(documentId, fetchedMs)),
      settled: (documentId, { timeoutMs }) => this.#waiters.settled(documentId, timeoutMs),
      remove: (filter) => this.#jobs.add(() => core.remove(filter)),
      find: (key) => read(() => core.find(key)),
      read: (documentId) => read(() => core.read(documentId)),
      list: (query) => read(() => core.list(query)),
      stats: () => read(() => this.#stats()),
      books: (options) => this.#books(options?.deep ?? false),
      stage: (upload) => this.#jobs.add(() => core.stage(upload)),
      upload: (uploadId) => read(() => uploads.get(uploadId)),
      uploads: () => read(() => uploads.list()),
      dropUpload: (uploadId) => at(() => uploads.drop(uploadId)),
      beginRebuild: async (options) => {
        const begun = await at(() => this.#rebuild.begin(options));
        this.#tidy(); // an older one may have been given up
        return begun;
      },
      rebuildSlice: (generation, slice) => this.#jobs.add(() => this.#rebuild.slice(generation, slice)),
      finishRebuild: async (generation) => {
        const end = await at(() => this.#rebuild.finish(generation));
        if (end.whole) this.#tidy();
        return end;
      },
    };
  }

  #stats(): IndexStats {
    const generations = this.#book.generations.all();
    const serving = generations.find(({ state }) => state === "serving")!;
    return {
      documents: serving.documents,
      generations,
      languages: this.#book.generations.languages(serving.no),
      uploads: this.#book.uploads.count(),
      sizeBytes: this.#book.sizeBytes(),
      vectorSync: this.#vectors.status(),
    };
  }

  #books(deep: boolean): Promise<IndexBooks> {
    const timeoutMs = this.#options.vectorTimeoutMs;
    return indexBooks(this.#book, { deep, store: this.#vectors.store(), timeoutMs });
  }

  #committed(): void {
    this.#waiters.look();
    if (this.#core.isChanged) {
      this.#core.isChanged = false;
      this.#options.onChange();
    }
    this.#vectors.wake();
  }

  /** Begins what a stop or a fault left, and what a switch leaves. */
  #tidy(): void {
    if (this.#tidying) return;
    this.#tidying = true;
    const end = () => void (this.#tidying = false);
    this.#jobs.add(() => this.#rebuild.tidy()).then(end, () => {
      end();
      this.#tidyLater();
    });
  }

  #tidyLater(): void {
    this.#tidyTimer ??= setTimeout(() => {
      this.#tidyTimer = undefined;
      this.#tidy();
    }, TIDY_AGAIN_MS);
  }

  /** The debts, and whoever waits for a payment is told. */
  #watched(): OwedBook {
    const { debts } = this.#book;
    const paid = () => this.#waiters.look();
    return {
      owed: (limit) => debts.owed(limit),
      stored: (chunks) => {
        debts.stored(chunks);
        paid();
        if (chunks.length > 0) this.#options.onChange(); // vectors find them now
      },
      removals: (limit) => debts.removals(limit),
      removed: (removals) => {
        debts.removed(removals);
        paid();
      },
      dropped: () => debts.dropped(),
      collectionGone: (collection) => debts.collectionGone(collection),
      collections: () => debts.collections(),
      sort: (collection, ids) => debts.sort(collection, ids),
      idsOf: (collection, after, limit) => debts.idsOf(collection, after, limit),
      lost: (collection, ids) => debts.lost(collection, ids),
      orphaned: (collection, ids) => debts.orphaned(collection, ids),
    };
  }
}

// deno-lint-ignore require-yield
function* atOnce<T>(work: () => T): IndexWork<T> {
  return work();
}
