import { dirname, resolve as resolvePath } from "node:path";
import { type ProblemCode, ServiceError } from "../platform/errors.ts";
import { netFileThread } from "../platform/net_file_thread.ts";
import type { VectorDatabaseState } from "./database_port.ts";
import type { IndexMethod } from "./index_host.ts";
import type {
  DocumentFilter,
  IndexBooks,
  IndexDocument,
  IndexStats,
  PutAnswer,
  SearchIndex,
  StoredDocument,
  Upload,
} from "./index_port.ts";
import type { VectorServer } from "./vector_port.ts";
import type { FromIndex, IndexThreadOptions, PlainProblem, ToIndex } from "./thread/index_protocol.ts";

type Waiting = PromiseWithResolvers<unknown>;

/** The index on a thread of its own: who serves HTTP neither cuts texts into passages nor waits for a disk. */
export class ThreadedIndex implements SearchIndex {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<() => void>();
  readonly #failed = Promise.withResolvers<Error>();
  #calls: { id: number; method: IndexMethod; args: unknown[] }[] = [];
  #opened: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #closing: PromiseWithResolvers<void> | undefined;
  #dead: ServiceError | undefined;
  #nextId = 0;

  private constructor({ path, embedder }: IndexThreadOptions) {
    const cacheFile = embedder.kind === "hash" ? undefined : embedder.cacheFile;
    this.#worker = netFileThread(new URL("./thread/index_entry.ts", import.meta.url), {
      name: "tutti-index",
      folders: [path, ...(cacheFile === undefined ? [] : [cacheFile])].map((file) => dirname(file)),
      ffi: embedder.kind === "transformers",
    });
    this.#worker.onmessage = (event: MessageEvent<FromIndex>) => this.#take(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(event.message);
    };
  }

  /** @throws {ServiceError} unavailable: the file cannot be opened, or the embedder cannot be made */
  static async open(options: IndexThreadOptions): Promise<ThreadedIndex> {
    const full = { ...options, path: resolvePath(options.path) };
    const index = new ThreadedIndex(full);
    index.#post({ kind: "open", options: full });
    await index.#opened!.promise;
    index.#opened = undefined;
    return index;
  }

  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  put(document: IndexDocument): Promise<PutAnswer> {
    return this.#call("put", [document]);
  }

  touch(documentId: string, fetchedMs: number): Promise<boolean> {
    return this.#call("touch", [documentId, fetchedMs]);
  }

  settled(documentId: string, options: { timeoutMs: number }): Promise<boolean> {
    return this.#call("settled", [documentId, options]);
  }

  remove(filter: DocumentFilter): Promise<{ documents: number; chunks: number }> {
    return this.#call("remove", [filter]);
  }

  find(key: { documentId: string } | { url: string }): Promise<StoredDocument | undefined> {
    return this.#call("find", [key]);
  }

  read(documentId: string): ReturnType<SearchIndex["read"]> {
    return this.#call("read", [documentId]);
  }

  list(query: DocumentFilter & { limit: number; cursor?: string }): ReturnType<SearchIndex["list"]> {
    return this.#call("list", [query]);
  }

  stats(): Promise<IndexStats> {
    return this.#call("stats", []);
  }

  books(options: { deep?: boolean } = {}): Promise<IndexBooks> {
    return this.#call("books", [options]);
  }

  stage(upload: Upload): Promise<void> {
    return this.#call("stage", [upload]);
  }

  upload(uploadId: string): Promise<Upload | undefined> {
    return this.#call("upload", [uploadId]);
  }

  uploads(): Promise<{ uploadId: string; createdMs: number }[]> {
    return this.#call("uploads", []);
  }

  dropUpload(uploadId: string): Promise<void> {
    return this.#call("dropUpload", [uploadId]);
  }

  beginRebuild(options: { force: boolean; sliceSize: number }): ReturnType<SearchIndex["beginRebuild"]> {
    return this.#call("beginRebuild", [options]);
  }

  rebuildSlice(generation: number, slice: { afterNo: number; upToNo: number }): Promise<{ done: number }> {
    return this.#call("rebuildSlice", [generation, slice]);
  }

  finishRebuild(generation: number): ReturnType<SearchIndex["finishRebuild"]> {
    return this.#call("finishRebuild", [generation]);
  }

  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void {
    if (this.#dead === undefined && this.#closing === undefined) {
      this.#post({ kind: "database", state, server });
    }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#dead === undefined && this.#closing === undefined) {
      this.#closing = Promise.withResolvers<void>();
      this.#flush();
      this.#post({ kind: "close" });
    }
    await this.#closing?.promise;
    this.#worker.terminate();
  }

  #call<T>(method: IndexMethod, args: unknown[]): Promise<T> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    if (this.#closing !== undefined) {
      return Promise.reject(new ServiceError("unavailable", `Cannot ${method} as the index is closed`));
    }
    const waiting: Waiting = Promise.withResolvers<unknown>();
    const id = this.#nextId++;
    this.#waiting.set(id, waiting);
    if (this.#calls.push({ id, method, args }) === 1) queueMicrotask(() => this.#flush());
    return waiting.promise as Promise<T>;
  }

  #flush(): void {
    if (this.#calls.length === 0) return;
    const calls = this.#calls;
    this.#calls = [];
    this.#post({ kind: "calls", calls });
  }

  #take(message: FromIndex): void {
    switch (message.kind) {
      case "opened":
        return this.#opened?.resolve();
      case "refused":
        this.#worker.terminate();
        return this.#opened?.reject(errorOf(message.error));
      case "answers":
        for (const { id, value, error } of message.answers) {
          const waiting = this.#waiting.get(id);
          this.#waiting.delete(id);
          if (error === undefined) waiting?.resolve(value);
          else waiting?.reject(errorOf(error));
        }
        return;
      case "changed":
        for (const listener of this.#listeners) listener();
        return;
      case "closed":
        this.#closing?.resolve();
    }
  }

  #die(reason: string): void {
    this.#dead = new ServiceError("unavailable", `The index cannot be used as its thread ended: ${reason}`);
    this.#opened?.reject(this.#dead);
    this.#closing?.resolve();
    this.#failed.resolve(this.#dead);
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }

  #post(message: ToIndex): void {
    this.#worker.postMessage(message);
  }
}

function errorOf({ code = "internal", message, retryAfterS }: PlainProblem): ServiceError {
  return new ServiceError(code as ProblemCode, message, { retryAfterS });
}
