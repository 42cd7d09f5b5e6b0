import { dirname, resolve as resolvePath } from "node:path";
import { ServiceError } from "../../platform/errors.ts";
import { fileThread } from "../../platform/file_thread.ts";
import type { StoreSnapshot, TaskChange, TaskStore } from "../port.ts";
import type { OpName } from "./sqlite/core.ts";
import { StoreShell } from "./sqlite/store_shell.ts";
import { type PackedOp, packOp, unpackAnswer } from "./sqlite/thread/codec.ts";
import type { Answers, FromThread, PlainError, ThreadState, ToThread } from "./sqlite/thread/protocol.ts";

export interface ThreadedTaskStoreOptions {
  /** File of the queue; its folder must exist. */
  path: string;
  /** Waiting time in milliseconds that is worth one step of priority; 0 switches aging off. @default 60000 */
  agingMs?: number;
  /** Two 64-bit floats, wall and monotonic milliseconds, to be read in the place of the clocks: for tests. */
  clockCells?: SharedArrayBuffer;
  /** Module the thread runs. @default the store's own */
  entryUrl?: URL;
}

/** Calls of one turn that are sent before it is over. */
const EARLY_OPS = 32;

interface Waiting {
  name: OpName;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/**
 * The embedded durable queue on a thread of its own: the same file and the same core as `SqliteTaskStore`, while this
 * thread, which serves HTTP, neither waits for a disk nor walks an index. Calls of one event-loop turn travel in one
 * message; the thread commits what has come in one transaction with one fsync.
 */
export class ThreadedTaskStore extends StoreShell implements TaskStore {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #ops: PackedOp[] = [];
  #next = 0;
  #state!: ThreadState;
  #listener: ((changes: TaskChange[]) => void) | undefined;
  #scheduled = false;
  #opened: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;
  #dead: ServiceError | undefined;
  readonly #failed = Promise.withResolvers<ServiceError>();

  private constructor(path: string, entryUrl = new URL("./sqlite/thread/entry.ts", import.meta.url)) {
    super();
    this.#worker = fileThread(entryUrl, { name: "tutti-queue", folder: dirname(path) });
    this.#worker.onmessage = (event: MessageEvent<FromThread>) => this.#take(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(`its thread ended: ${event.message}`);
    };
  }

  /** @throws {ServiceError} `unavailable` where another process has the file or a newer release wrote it */
  static async open(options: ThreadedTaskStoreOptions): Promise<ThreadedTaskStore> {
    const path = resolvePath(options.path);
    const store = new ThreadedTaskStore(path, options.entryUrl);
    const { agingMs = 60_000, clockCells } = options;
    store.#post({ kind: "open", path, agingMs, clockCells });
    await store.#opened!.promise;
    store.#opened = undefined;
    return store;
  }

  /** As of the last commit this thread was told of, which is before any of its answers. */
  snapshot(): StoreSnapshot {
    return this.#state.snapshot;
  }

  writeFault(): string | undefined {
    return this.#dead?.message ?? this.#state.writeFault;
  }

  listen(listener: (changes: TaskChange[]) => void): void {
    this.#listener = listener;
  }

  /** Resolves if its thread ends by itself: every call is refused from then on, and only another process can go on. */
  get failed(): Promise<ServiceError> {
    return this.#failed.promise;
  }

  /** Transactions committed since it was opened. */
  get commits(): number {
    return this.#state.commits;
  }

  /** Finishes the calls in hand and closes the file; calls after it are refused. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#flush();
    if (this.#dead === undefined) {
      const closed = new Promise<void>((resolve) => this.#closed = resolve);
      this.#post({ kind: "close" });
      await closed;
    }
    this.#worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override call(name: OpName, args: unknown[]): Promise<unknown> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ServiceError("unavailable", `Cannot ${name} as the queue is closed`));
    }
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.#next + this.#ops.length, { name, resolve, reject });
      this.#ops.push(packOp({ name, args }));
      // The thread begins with what there is while more is being made.
      if (this.#ops.length >= EARLY_OPS) return this.#flush();
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#ops.length === 0 || this.#dead !== undefined) return;
    const ops = this.#ops;
    this.#ops = [];
    this.#post({ kind: "calls", first: this.#next, ops });
    this.#next += ops.length;
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case "opened":
        this.#state = message.state;
        this.#opened?.resolve();
        break;
      case "refused":
        this.#worker.terminate();
        this.#opened?.reject(errorOf(message.error));
        break;
      case "done":
        this.#state = message.state;
        if (message.changes.length > 0) this.#listener?.(message.changes);
        this.#settle(message.answers);
        break;
      case "closed":
        this.#closed?.();
    }
  }

  #settle({ calls, values, failed }: Answers): void {
    for (const [i, call] of calls.entries()) {
      const waiting = this.#waiting.get(call);
      this.#waiting.delete(call);
      waiting?.resolve(unpackAnswer(values[i], waiting.name) as never);
    }
    for (const [call, error] of failed) {
      this.#waiting.get(call)?.reject(errorOf(error));
      this.#waiting.delete(call);
    }
  }

  #die(reason: string): void {
    this.#dead = new ServiceError("unavailable", `The queue cannot be used as ${reason}`);
    this.#opened?.reject(this.#dead);
    this.#failed.resolve(this.#dead);
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
    this.#closed?.();
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}

function errorOf({ code, message, fields, retryAfterS }: PlainError): ServiceError {
  return new ServiceError(code, message, { fields, retryAfterS });
}
