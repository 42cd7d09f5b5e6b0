import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../../../platform/clock.ts";
import type { StoreSnapshot, TaskChange, TaskStore } from "../../port.ts";
import type { ClaimedTask } from "../../task.ts";
import { Acceptance } from "./accept.ts";
import { Bulk } from "./bulk.ts";
import { Claims } from "./claims.ts";
import { Control } from "./control.ts";
import { CoreState } from "./core_state.ts";
import { DedupKeys } from "./dedup.ts";
import { Dependencies } from "./dependencies.ts";
import { Endings } from "./endings.ts";
import { Ends } from "./ends.ts";
import { Inserts } from "./inserts.ts";
import { Reads } from "./reads.ts";
import { recover } from "./recover.ts";
import { Results } from "./results.ts";
import { Schedules } from "./schedules.ts";
import { statusCounts } from "./states.ts";
import { Waiting } from "./waiting.ts";

/** The calls of the port that reach the file, by name. */
export type OpName = Exclude<
  { [K in keyof TaskStore]: TaskStore[K] extends (...args: never[]) => Promise<unknown> ? K : never }[
    keyof TaskStore
  ],
  "close"
>;

/** One call of the port as data: what crosses to a thread of its own. */
export interface StoreOp {
  name: OpName;
  args: unknown[];
}

type Handlers = {
  [K in OpName]: (...args: Parameters<TaskStore[K]>) => Awaited<ReturnType<TaskStore[K]>>;
};

/** Calls that change nothing: they may run again after a rollback. */
const READS: ReadonlySet<OpName> = new Set(
  ["get", "list", "batchResults", "getBatch", "listBatches", "oldestQueuedMs", "limits", "schedules"],
);

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
  readonly #waiting: Waiting;
  readonly #inserts: Inserts;
  readonly #handlers: Handlers;
  /** Memory is not known to agree with the file: it is read again before the next operation. */
  #stale = false;
  /** A COMMIT has begun: where it fails, its pages may lie in the WAL all the same. */
  #committing = false;

  constructor(db: DatabaseSync, options: { agingMs: number; clock: Clock }) {
    this.#db = db;
    this.#sql = { begin: db.prepare("BEGIN IMMEDIATE"), commit: db.prepare("COMMIT") };
    const state = this.state = new CoreState(db, options);
    const inserts = this.#inserts = new Inserts(state);
    const endings = new Endings(state, inserts);
    this.#waiting = new Waiting(state, endings);
    this.#handlers = handlersOf(state, { inserts, endings, waiting: this.#waiting });
    this.recovered = this.#transact(() => recover(state, endings));
  }

  isRead(op: StoreOp): boolean {
    return READS.has(op.name);
  }

  /** Applies one operation; only between `begin` and `commit`. */
  apply(op: StoreOp): unknown {
    if (op.name !== "enqueue") this.#inserts.flush();
    return (this.#handlers[op.name] as (...args: unknown[]) => unknown)(...op.args);
  }

  /** Answers a read as things are, outside of any transaction: for when writes fail, and what is due cannot be written. */
  read(op: StoreOp): unknown {
    this.#refresh();
    this.state.tick();
    return this.apply(op);
  }

  begin(): void {
    this.#refresh();
    this.#sql.begin.run();
    this.state.tick();
    this.#waiting.elapse();
  }

  /** What was changed besides what the operations' answers tell. */
  commit(): TaskChange[] {
    this.state.persist();
    this.#committing = true;
    this.#sql.commit.run();
    this.#committing = false;
    this.state.committed();
    this.commits++;
    const { changes } = this.state;
    if (changes.length > 0) this.state.changes = [];
    return changes;
  }

  /** Does work in which an id in use is told of its own task, where `apply` threw `IdInUse`. */
  carefully<T>(work: () => T): T {
    this.#inserts.careful = true;
    try {
      return work();
    } finally {
      this.#inserts.careful = false;
    }
  }

  /** Undoes file and memory. Never throws: where the file cannot be read now, the next `begin` tries again. */
  rollback(): void {
    this.#stale = true;
    this.#inserts.forget();
    try {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      if (this.#committing) this.#disown();
      this.#refresh();
    } catch {
      // An I/O fault that lasts: `begin` meets it again and its caller is told.
    }
  }

  /**
   * A COMMIT whose fsync failed has left whole pages in the WAL, and the next process would take them for committed: what
   * its callers were told was not stored. The smallest write there is (one page, always) takes their place; it is as
   * harmless there or not, and asks for no fsync, which may fail still. Where even the write fails, the next one does it.
   */
  #disown(): void {
    this.#committing = false;
    try {
      this.#db.exec("PRAGMA synchronous = OFF");
      this.#db.exec("PRAGMA application_id = 0");
    } catch {
      // The disk takes nothing at all.
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  #refresh(): void {
    if (!this.#stale) return;
    this.state.reload();
    this.#stale = false;
  }

  snapshot(): StoreSnapshot {
    const { books, limits } = this.state;
    return {
      accepted: books.accepted,
      counts: statusCounts(books.total()),
      byType: books.byType(),
      paused: books.paused,
      pausedKeys: limits.pausedKeys(),
      removed: books.removed,
      recovered: this.recovered,
    };
  }

  /**
   * Milliseconds until time alone changes something: a deadline passes, or (`claiming`: somebody waits for a task) one
   * falls due or a rate opens. Undefined where nothing will.
   */
  nextWakeMs({ claiming }: { claiming: boolean }): number | undefined {
    const { state } = this;
    const times = [state.nextExpiryMs()];
    if (claiming && !state.books.paused) times.push(state.nextDueMs(), state.scheduler.gates.nextOpenMs());
    const next = Math.min(...times.map((ms) => ms ?? Infinity));
    return next === Infinity ? undefined : Math.max(0, next - state.time.now());
  }

  #transact<T>(work: () => T): T {
    this.begin();
    try {
      const done = work();
      this.commit();
      return done;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }
}

function handlersOf(
  state: CoreState,
  { inserts, endings, waiting }: { inserts: Inserts; endings: Endings; waiting: Waiting },
): Handlers {
  const results = new Results(state.db);
  const dependencies = new Dependencies(state, endings);
  const acceptance = new Acceptance(state, { inserts, dependencies, dedup: new DedupKeys(state, endings) });
  const claims = new Claims(state, waiting);
  const ends = new Ends(state, { endings, results });
  const control = new Control(state, { endings, dependencies, results });
  const reads = new Reads(state);
  const bulk = new Bulk(state, { control, endings, reads });
  const schedules = new Schedules(state, acceptance);
  return {
    enqueue: (request) => acceptance.enqueue(request),
    claim: (request): ClaimedTask[] => claims.claim(request),
    complete: (list) => ends.complete(list),
    fail: (list) => ends.fail(list),
    release: (list) => ends.release(list),
    endCancelled: (list) => ends.endCancelled(list),
    progress: (updates) => ends.progress(updates),
    cancel: (taskId) => control.cancel(taskId),
    cancelBatch: (batchId) => control.cancelBatch(batchId),
    retry: (taskId) => control.retry(taskId),
    reprioritize: (taskId, priority) => control.reprioritize(taskId, priority),
    remove: (taskId) => control.remove(taskId),
    bulk: (request) => bulk.run(request),
    purge: (request) => bulk.purge(request),
    setPaused: (paused, key) => {
      if (key !== undefined) return state.limits.setPaused(key, paused);
      state.books.paused = paused;
      state.books.touch();
    },
    setLimit: (limit) => state.limits.set(limit),
    removeLimit: (key) => state.limits.remove(key),
    limits: () => state.limits.list(),
    putSchedule: (schedule) => schedules.put(schedule),
    removeSchedule: (id) => schedules.remove(id),
    schedules: () => schedules.list(),
    fireSchedule: (request) => schedules.fire(request),
    get: (taskId, options) => reads.get(taskId, options),
    list: (query) => reads.list(query),
    batchResults: (batchId, options) => reads.batchResults(batchId, options),
    getBatch: (batchId) => reads.getBatch(batchId),
    listBatches: (query) => reads.listBatches(query),
    oldestQueuedMs: () => reads.oldestQueuedMs(),
  };
}
