import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type BatchBook, Books, type TypeBook } from "./books.ts";
import { State, SUSPECT_AFTER } from "./states.ts";

/** A running task as the core remembers it, so that ending it needs no look-up. */
export interface HeldLease {
  seq: number;
  taskId: string;
  token: number;
  type: TypeBook;
  batch: BatchBook | undefined;
  cancelRequested: boolean;
  /** It runs with nothing beside it (`Suspects`). */
  suspect: boolean;
}

/**
 * What every operation of the core works on: the file, its books, the leases in hand and the place where a task that
 * may run goes (its batch's held row, or ready). All of memory can be built again from the file: `reload`.
 */
export class CoreState {
  readonly books: Books;
  readonly leases = new Map<number, HeldLease>();
  readonly agingMs: number;
  /** No queued task has a lower `seq`. Where it is found from when very many wait. */
  oldestQueuedSeq = 1;
  #nextDueMs: number | undefined;
  #dueKnown = false;
  readonly #sql: Record<"due" | "running" | "nextHeld" | "toReady", StatementSync>;

  constructor(
    readonly db: DatabaseSync,
    readonly options: { agingMs: number; clock: () => number },
  ) {
    this.agingMs = options.agingMs;
    this.books = new Books(db);
    this.#sql = {
      due: db.prepare(
        "SELECT run_at FROM tasks INDEXED BY tasks_delayed WHERE state = 2 ORDER BY run_at, seq LIMIT 1",
      ),
      running: db.prepare(
        "SELECT seq, id, type_no, batch_no, token, cancel_requested, stalls FROM tasks INDEXED BY tasks_running WHERE state = 3",
      ),
      nextHeld: db.prepare(
        "SELECT seq, type_no FROM tasks INDEXED BY tasks_held WHERE state = 0 AND batch_no = ? ORDER BY sort_key, seq LIMIT ?",
      ),
      toReady: db.prepare("UPDATE tasks SET state = 1 WHERE seq = ?"),
    };
    this.reload();
  }

  now(): number {
    return Math.trunc(this.options.clock());
  }

  /** Memory anew from the file, after a rollback and at the start. */
  reload(): void {
    this.books.load();
    this.#dueKnown = false;
    this.oldestQueuedSeq = 1;
    this.leases.clear();
    for (const row of this.#sql.running.all()) {
      const token = Number(row.token);
      this.leases.set(token, {
        seq: Number(row.seq),
        taskId: String(row.id),
        token,
        type: this.books.typeByNo(Number(row.type_no)),
        batch: this.books.batch(row.batch_no === null ? null : Number(row.batch_no)),
        cancelRequested: row.cancel_requested === 1,
        suspect: Number(row.stalls) >= SUSPECT_AFTER,
      });
    }
  }

  /** Lower runs sooner. With aging a constant: a step of priority is worth `agingMs` of waiting. */
  sortKey(priority: number, readyMs: number): number {
    return this.agingMs === 0 ? -priority : readyMs - priority * this.agingMs;
  }

  /**
   * The state of a task that may run. In a batch it is always `held` first; `refill` then lets the best of the batch
   * through, so that one that comes back early is not passed by those behind it.
   */
  entryState(batch: BatchBook | undefined): State {
    return batch === undefined ? State.ready : State.held;
  }

  /** Lets held tasks of a batch through while it has places. Call after every change of its counts. */
  refill(batch: BatchBook | undefined): void {
    if (batch === undefined) return;
    const places = batch.maxConcurrent - batch.counts[State.ready]! - batch.counts[State.running]!;
    if (places <= 0 || batch.counts[State.held] === 0) return;
    for (const row of this.#sql.nextHeld.all(batch.no, places)) {
      this.#sql.toReady.run(row.seq!);
      this.books.move(this.books.typeByNo(Number(row.type_no)), batch, State.held, State.ready);
    }
  }

  /** The lease, if it is still held under this very token. */
  lease(taskId: string, token: number): HeldLease | undefined {
    const lease = this.leases.get(token);
    return lease?.taskId === taskId ? lease : undefined;
  }

  /** To be called when a task comes back to the queue. */
  queuedAgain(seq: number): void {
    if (seq < this.oldestQueuedSeq) this.oldestQueuedSeq = seq;
  }

  /** To be called when the set of delayed tasks has changed. */
  dueChanged(): void {
    this.#dueKnown = false;
  }

  nextDueMs(): number | undefined {
    if (!this.#dueKnown) {
      const row = this.#sql.due.get();
      this.#nextDueMs = row === undefined ? undefined : Number(row.run_at);
      this.#dueKnown = true;
    }
    return this.#nextDueMs;
  }
}
