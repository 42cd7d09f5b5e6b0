import { dirname, resolve as resolvePath } from "node:path";
import { type ProblemCode, ServiceError } from "../platform/errors.ts";
import { netFileThread } from "../platform/net_file_thread.ts";
import type { VectorDatabaseState } from "./database_port.ts";
import type { Retriever, SearchAnswer, SearchQuery } from "./retrieval_port.ts";
import type { VectorServer } from "./vector_port.ts";
import { tracer } from "../platform/tracing/mod.ts";
import type { FromSearch, SearchThreadOptions, ToSearch } from "./thread/search_protocol.ts";

export type { SearchThreadOptions } from "./thread/search_protocol.ts";

interface Waiting extends PromiseWithResolvers<SearchAnswer> {
  /** Forgets the caller's signal. */
  settle(): void;
}

/** Searches on a thread of their own: the thread that serves HTTP neither reads the index nor waits for it. */
export class ThreadedRetriever implements Retriever {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #opened = Promise.withResolvers<void>();
  #closing: PromiseWithResolvers<void> | undefined;
  #dead: ServiceError | undefined;
  #nextId = 0;

  private constructor(options: SearchThreadOptions) {
    this.#worker = searchThread(options);
    this.#worker.onmessage = (event: MessageEvent<FromSearch>) => this.#take(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(event.message);
    };
  }

  /**
   * The file need not be there yet: searches wait for it, for a while.
   * @throws {ServiceError} unavailable: the embedder cannot be made
   */
  static async open(options: SearchThreadOptions): Promise<ThreadedRetriever> {
    const full = { ...options, path: resolvePath(options.path) };
    const retriever = new ThreadedRetriever(full);
    retriever.#post({ kind: "open", options: full });
    await retriever.#opened.promise;
    return retriever;
  }

  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  search(query: SearchQuery, options: { signal?: AbortSignal } = {}): Promise<SearchAnswer> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    if (this.#closing !== undefined) {
      return Promise.reject(new ServiceError("unavailable", "Cannot search as the index is closed"));
    }
    const id = this.#nextId++;
    const onAbort = () => {
      this.#post({ kind: "abort", id });
      this.#settle(id)?.reject(signal!.reason);
    };
    const waiting: Waiting = {
      ...Promise.withResolvers<SearchAnswer>(),
      settle: () => signal?.removeEventListener("abort", onAbort),
    };
    this.#waiting.set(id, waiting);
    signal?.addEventListener("abort", onAbort, { once: true });
    const traceparent = tracer()?.active()?.traceparent;
    this.#post({ kind: "search", id, query, ...(traceparent === undefined ? {} : { traceparent }) });
    return waiting.promise;
  }

  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void {
    if (this.#dead === undefined && this.#closing === undefined) {
      this.#post({ kind: "database", state, server });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#dead === undefined && this.#closing === undefined) {
      this.#closing = Promise.withResolvers<void>();
      this.#post({ kind: "close" });
    }
    await this.#closing?.promise;
    this.#worker.terminate();
    this.#rejectAll(new ServiceError("unavailable", "The index was closed"));
  }

  #take(message: FromSearch): void {
    switch (message.kind) {
      case "opened":
        return this.#opened.resolve();
      case "refused":
        this.#worker.terminate();
        return this.#opened.reject(new ServiceError("unavailable", message.message));
      case "answer":
        return this.#settle(message.id)?.resolve(message.answer);
      case "error":
        return this.#settle(message.id)?.reject(errorOf(message.error));
      case "closed":
        this.#closing?.resolve();
    }
  }

  /** The search with that number, which is answered now; undefined: its caller has gone. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.settle();
    return waiting;
  }

  #die(reason: string): void {
    this.#dead = new ServiceError("unavailable", `Cannot search as the thread of it ended: ${reason}`);
    this.#opened.reject(this.#dead);
    this.#closing?.resolve();
    this.#failed.resolve(this.#dead);
    this.#rejectAll(this.#dead);
  }

  #rejectAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }

  #post(message: ToSearch): void {
    this.#worker.postMessage(message);
  }
}

/** It writes what SQLite keeps beside the index's file, and the file of kept vectors. */
function searchThread({ path, embedder }: SearchThreadOptions): Worker {
  const cacheFile = embedder.kind === "hash" ? undefined : embedder.cacheFile;
  return netFileThread(new URL("./thread/search_entry.ts", import.meta.url), {
    name: "tutti-search",
    folders: [path, ...cacheFile === undefined ? [] : [cacheFile]].map((file) => dirname(file)),
    ffi: embedder.kind === "transformers",
  });
}

function errorOf({ code, message }: { code?: string; message: string }): Error {
  return code === undefined ? new Error(message) : new ServiceError(code as ProblemCode, message);
}
