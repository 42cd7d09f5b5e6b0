import type { DatabaseSync } from "node:sqlite";
import { type Clock, SYSTEM_CLOCK } from "../../platform/clock.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { StoreSnapshot, TaskChange, TaskStore } from "../port.ts";
import type { OpName } from "./sqlite/core.ts";
import { Engine } from "./sqlite/engine.ts";
import type { Call } from "./sqlite/group_commit.ts";
import { StoreShell } from "./sqlite/store_shell.ts";

export interface SqliteTaskStoreOptions {
  /** File of the queue; its folder must exist. */
  path: string;
  /** Waiting time in milliseconds that is worth one step of priority; 0 switches aging off. @default 60000 */
  agingMs?: number;
  /** @default SYSTEM_CLOCK */
  clock?: Clock;
  /** Sees the database once it is open, for settings of one's own (`PRAGMA`s). @default nothing */
  tune?: (db: DatabaseSync) => void;
}

/**
 * The embedded durable queue: one SQLite file, this process only, in this thread. Calls of one event-loop tick share a
 * transaction and its fsync. The asynchronous shell; what the calls do is the core's. `ThreadedTaskStore` is the same on
 * a thread of its own.
 *
 * Opening throws `ServiceError("unavailable")` where another process has the file or a newer release wrote it.
 */
export class SqliteTaskStore extends StoreShell implements TaskStore {
  readonly #engine: Engine;
  #listener: ((changes: TaskChange[]) => void) | undefined;
  #waiting: Call[] = [];
  #scheduled: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteTaskStoreOptions) {
    super();
    const { path, agingMs = 60_000, clock = SYSTEM_CLOCK, tune } = options;
    this.#engine = new Engine({
      path,
      agingMs,
      clock,
      tune,
      onCommitted: (changes) => {
        if (changes.length > 0) this.#listener?.(changes);
      },
    });
  }

  snapshot(): StoreSnapshot {
    return this.#engine.snapshot();
  }

  writeFault(): string | undefined {
    return this.#engine.writeFault();
  }

  listen(listener: (changes: TaskChange[]) => void): void {
    this.#listener = listener;
  }

  /** Transactions committed since it was opened: what group commit saves shows here. */
  get commits(): number {
    return this.#engine.core.commits;
  }

  /** Recounts every row and compares with the counters; empty when the books balance. Slow: for tests and repair. */
  verifyBooks(): string[] {
    return this.#engine.verifyBooks();
  }

  /** Finishes the calls in hand and closes the file; calls after it are refused. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    while (this.#scheduled !== undefined) await this.#scheduled;
    await this.#engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override call(name: OpName, args: unknown[]): Promise<unknown> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ServiceError("unavailable", `Cannot ${name} as the queue is closed`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ op: { name, args }, resolve, reject });
      this.#schedule();
    });
  }

  /** `setImmediate` and not a timer: it runs in the same turn of the loop, right after the callbacks that made the calls. */
  #schedule(): void {
    this.#scheduled ??= new Promise((done) =>
      setImmediate(() => {
        this.#scheduled = undefined;
        const calls = this.#waiting;
        this.#waiting = [];
        this.#engine.run(calls);
        done();
      })
    );
  }
}
