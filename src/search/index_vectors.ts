import type { OwedBook } from "./book_port.ts";
import type { VectorDatabaseState } from "./database_port.ts";
import type { Embedder } from "./embedding_port.ts";
import type { IndexVectors } from "./index_host.ts";
import type { IndexStats } from "./index_port.ts";
import type { VectorServer, VectorStore } from "./vector_port.ts";
import { VectorSync } from "./vector_sync.ts";

export interface SyncedVectorsOptions {
  debts: OwedBook;
  embedder: Embedder;
  timeoutMs: number;
  connect: (server: VectorServer) => VectorStore & Disposable;
}

/** `VectorSync` and the store it writes to, made anew for each place where Chroma is said to be. */
export class SyncedVectors implements IndexVectors {
  readonly #sync: VectorSync;
  readonly #embedder: Embedder;
  readonly #connect: SyncedVectorsOptions["connect"];
  /** Why the debts cannot be read or written now is the sync's to tell; a store that was replaced ends with its calls. */
  #store: (VectorStore & Disposable) | undefined;

  constructor({ debts, embedder, timeoutMs, connect }: SyncedVectorsOptions) {
    this.#sync = new VectorSync({ book: debts, embedder, timeoutMs });
    this.#embedder = embedder;
    this.#connect = connect;
  }

  wake(): void {
    this.#sync.wake();
  }

  databaseIs(state: VectorDatabaseState, server?: VectorServer): void {
    this.#forget(state);
    if (state.status !== "connected" || (server === undefined && state.url === undefined)) return;
    this.#store = this.#connect(server ?? { url: state.url! });
    this.#sync.connected(this.#store);
  }

  status(): IndexStats["vectorSync"] {
    return this.#sync.state();
  }

  store(): VectorStore | undefined {
    return this.#store;
  }

  async close(): Promise<void> {
    await this.#sync[Symbol.asyncDispose]();
    this.#store?.[Symbol.dispose]();
    this.#embedder[Symbol.dispose]?.();
  }

  #forget(state: VectorDatabaseState): void {
    const isOff = state.status === "off" || state.final === true;
    this.#sync.disconnected({ reason: state.reason ?? `Chroma is ${state.status}`, isOff });
    this.#store?.[Symbol.dispose]();
    this.#store = undefined;
  }
}
