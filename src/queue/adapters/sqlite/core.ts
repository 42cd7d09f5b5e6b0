import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TaskStore } from "../../port.ts";
import { Acceptance } from "./accept.ts";
import { Cancels } from "./cancels.ts";
import { Claims } from "./claims.ts";
import { CoreState } from "./core_state.ts";
import { Ends } from "./ends.ts";
import { Reads } from "./reads.ts";
import { recover } from "./recover.ts";

/** The calls of the port that reach the file, by name. */
export type OpName = Exclude<
  { [K in keyof TaskStore]: TaskStore[K] extends (...args: never[]) => Promise<unknown> ? K : never }[
    keyof TaskStore
  ],
  "close"
>;

/** One call of the port as data: what would cross to a thread of its own. */
export interface StoreOp {
  name: OpName;
  args: unknown[];
}

type Handlers = {
  [K in OpName]: (...args: Parameters<TaskStore[K]>) => Awaited<ReturnType<TaskStore[K]>>;
};

/** Calls that change nothing: they may run again after a rollback. */
const READS: ReadonlySet<OpName> = new Set(["get", "list", "batchResults", "getBatch", "oldestQueuedMs"]);

/**
 * The queue's file, synchronously: operations applied one after another inside a transaction that someone else times.
 * Nothing in it waits, and what goes in and out is plain data.
 */
export class SqliteCore {
  readonly state: CoreState;
  readonly recovered: number;
  /** Transactions committed since the start. */
  commits = 0;
  readonly #db: DatabaseSync;
  readonly #sql: Record<"begin" | "commit", StatementSync>;
  readonly #handlers: Handlers;
  /** Memory is not known to agree with the file: it is read again before the next operation. */
  #stale = false;

  constructor(db: DatabaseSync, options: { agingMs: number; clock: () => number }) {
    this.#db = db;
    this.#sql = { begin: db.prepare("BEGIN IMMEDIATE"), commit: db.prepare("COMMIT") };
    this.state = new CoreState(db, options);
    this.#handlers = handlersOf(this.state);
    let recovered = 0;
    this.#transact(() => recovered = recover(this.state));
    this.recovered = recovered;
  }

  isRead(op: StoreOp): boolean {
    return READS.has(op.name);
  }

  /** Applies one operation; only between `begin` and `commit`. */
  apply(op: StoreOp): unknown {
    return (this.#handlers[op.name] as (...args: unknown[]) => unknown)(...op.args);
  }

  begin(): void {
    if (this.#stale) {
      this.state.reload();
      this.#stale = false;
    }
    this.#sql.begin.run();
  }

  commit(): void {
    this.state.books.persist(this.state.now());
    this.#sql.commit.run();
    this.commits++;
  }

  /** Undoes file and memory. Never throws: where the file cannot be read now, the next `begin` tries again. */
  rollback(): void {
    this.#stale = true;
    try {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.state.reload();
      this.#stale = false;
    } catch {
      // An I/O fault that lasts: `begin` meets it again and its caller is told.
    }
  }

  #transact(work: () => void): void {
    this.begin();
    try {
      work();
      this.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }
}

function handlersOf(state: CoreState): Handlers {
  const acceptance = new Acceptance(state);
  const claims = new Claims(state);
  const ends = new Ends(state);
  const cancels = new Cancels(state);
  const reads = new Reads(state);
  return {
    enqueue: (request) => acceptance.enqueue(request),
    claim: (request) => claims.claim(request),
    complete: (list) => ends.complete(list),
    fail: (list) => ends.fail(list),
    release: (list) => ends.release(list),
    endCancelled: (list) => ends.endCancelled(list),
    progress: (updates) => ends.progress(updates),
    cancel: (taskId) => cancels.cancel(taskId),
    cancelBatch: (batchId) => cancels.cancelBatch(batchId),
    retry: (taskId) => cancels.retry(taskId),
    setPaused: (paused) => {
      state.books.paused = paused;
      state.books.touch();
    },
    get: (taskId, options) => reads.get(taskId, options),
    list: (query) => reads.list(query),
    batchResults: (batchId, options) => reads.batchResults(batchId, options),
    getBatch: (batchId) => reads.getBatch(batchId),
    oldestQueuedMs: () => reads.oldestQueuedMs(),
  };
}
