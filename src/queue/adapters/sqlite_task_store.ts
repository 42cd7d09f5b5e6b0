import type { DatabaseSync } from "node:sqlite";
import { type Clock, SYSTEM_CLOCK } from "../../platform/clock.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { StoreSnapshot, TaskChange, TaskStore } from "../port.ts";
import type { OpName } from "./sqlite/core.ts";
import { Engine } from "./sqlite/engine.ts";
import type { Call } from "./sqlite/group_commit.ts";

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

type Answer<K extends OpName> = Awaited<ReturnType<TaskStore[K]>>;

/**
 * The embedded durable queue: one SQLite file, this process only, in this thread. Calls of one event-loop tick share a
 * transaction and its fsync. The asynchronous shell; what the calls do is the core's. `ThreadedTaskStore` is the same on
 * a thread of its own.
 *
 * Opening throws `ServiceError("unavailable")` where another process has the file or a newer release wrote it.
 */
export class SqliteTaskStore implements TaskStore {
  readonly capabilities = {
    durable: true,
    aging: true,
    fairness: true,
    limits: true,
    shared: false,
  } as const;
  readonly #engine: Engine;
  #listener: ((changes: TaskChange[]) => void) | undefined;
  #waiting: Call[] = [];
  #scheduled: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteTaskStoreOptions) {
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

  readonly enqueue = this.#op("enqueue");
  readonly claim = this.#op("claim");
  readonly complete = this.#op("complete");
  readonly fail = this.#op("fail");
  readonly release = this.#op("release");
  readonly progress = this.#op("progress");
  readonly cancel = this.#op("cancel");
  readonly endCancelled = this.#op("endCancelled");
  readonly retry = this.#op("retry");
  readonly reprioritize = this.#op("reprioritize");
  readonly remove = this.#op("remove");
  readonly bulk = this.#op("bulk");
  readonly purge = this.#op("purge");
  readonly get = this.#op("get");
  readonly list = this.#op("list");
  readonly batchResults = this.#op("batchResults");
  readonly getBatch = this.#op("getBatch");
  readonly cancelBatch = this.#op("cancelBatch");
  readonly setPaused = this.#op("setPaused");
  readonly setLimit = this.#op("setLimit");
  readonly removeLimit = this.#op("removeLimit");
  readonly limits = this.#op("limits");
  readonly putSchedule = this.#op("putSchedule");
  readonly removeSchedule = this.#op("removeSchedule");
  readonly schedules = this.#op("schedules");
  readonly fireSchedule = this.#op("fireSchedule");
  readonly oldestQueuedMs = this.#op("oldestQueuedMs");

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

  #op<K extends OpName>(name: K): (...args: Parameters<TaskStore[K]>) => Promise<Answer<K>> {
    return (...args) => {
      if (this.#closing !== undefined) {
        return Promise.reject(new ServiceError("unavailable", `Cannot ${name} as the queue is closed`));
      }
      return new Promise<Answer<K>>((resolve, reject) => {
        this.#waiting.push({ op: { name, args }, resolve: resolve as Call["resolve"], reject });
        this.#schedule();
      });
    };
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
