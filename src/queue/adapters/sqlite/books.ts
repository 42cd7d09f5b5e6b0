import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StatusCounts } from "../../port.ts";
import { isEnded, State, STATE_NAMES, statusCounts } from "./states.ts";

/** Counters of one task type. `counts` is by `State`. */
export interface TypeBook {
  no: number;
  name: string;
  counts: number[];
}

/** Counters and limits of one batch. `counts` is by `State`. */
export interface BatchBook {
  no: number;
  id: string;
  maxConcurrent: number;
  counts: number[];
  /** Task that waits for the end of all its tasks. */
  onComplete: number | undefined;
}

type Row = Record<string, number | string | null>;

/** What the file counts: running tasks are among the ready there (see `states.ts`). */
const FILE_STATES = [
  State.blocked,
  State.ready,
  State.delayed,
  State.completed,
  State.failed,
  State.cancelled,
];

/**
 * The counters: in memory for reading, in the file by the same transaction as the rows they count. Whoever changes a
 * row's state calls `move`; `persist` runs before each commit and `load` after a rollback, so memory never runs ahead
 * of the file.
 */
export class Books {
  accepted = 0;
  removed = 0;
  nextSeq = 1;
  nextToken = 1;
  paused = false;
  boot = 0;
  #types = new Map<string, TypeBook>();
  #typeByNo = new Map<number, TypeBook>();
  #batches = new Map<number, BatchBook>();
  #dirtyTypes = new Set<TypeBook>();
  #dirtyBatches = new Set<BatchBook>();
  #dirty = false;
  readonly #sql: Record<
    "meta" | "type" | "newType" | "batch" | "loadBatch" | "batchByName" | "dropBatch",
    StatementSync
  >;
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const set = FILE_STATES.map((state) => `${STATE_NAMES[state]} = ?`).join(", ");
    this.#sql = {
      meta: db.prepare(
        "UPDATE meta SET accepted = ?, removed = ?, next_seq = ?, next_token = ?, paused = ?, boot = ?, queue_ms = ?, " +
          "wall_ms = ?",
      ),
      type: db.prepare(`UPDATE task_types SET ${set} WHERE no = ?`),
      newType: db.prepare("INSERT INTO task_types (no, name) VALUES (?, ?)"),
      batch: db.prepare(
        // The end of a batch that is over stays where it was when one of its tasks is forgotten.
        `UPDATE batches SET ${set}, finished_ms = CASE ? WHEN 0 THEN NULL ELSE coalesce(finished_ms, ?) END, ` +
          "on_complete = ? WHERE no = ?",
      ),
      loadBatch: db.prepare("SELECT * FROM batches WHERE no = ?"),
      batchByName: db.prepare("SELECT no FROM batches WHERE id = ?"),
      dropBatch: db.prepare("DELETE FROM batches WHERE no = ?"),
    };
  }

  /** Reads everything anew from the file; the running ones are for `move` to tell. Returns the times it holds. */
  load(): { queueMs: number; wallMs: number } {
    const meta = this.#db.prepare("SELECT * FROM meta").get() as Row;
    this.accepted = Number(meta.accepted);
    this.removed = Number(meta.removed);
    this.nextSeq = Number(meta.next_seq);
    this.nextToken = Number(meta.next_token);
    this.paused = meta.paused === 1;
    this.boot = Number(meta.boot);
    this.#types.clear();
    this.#typeByNo.clear();
    this.#batches.clear();
    this.#dirtyTypes.clear();
    this.#dirtyBatches.clear();
    this.#dirty = false;
    for (const row of this.#db.prepare("SELECT * FROM task_types").all() as Row[]) {
      this.#addType({ no: Number(row.no), name: String(row.name), counts: countsOf(row) });
    }
    return { queueMs: Number(meta.queue_ms), wallMs: Number(meta.wall_ms) };
  }

  /** Writes what changed since the last commit. */
  persist(queueMs: number, wallMs: number): void {
    if (!this.#dirty) return;
    const { accepted, removed, nextSeq, nextToken, paused, boot } = this;
    this.#sql.meta.run(accepted, removed, nextSeq, nextToken, paused ? 1 : 0, boot, queueMs, wallMs);
    for (const type of this.#dirtyTypes) this.#sql.type.run(...fileCounts(type.counts), type.no);
    for (const batch of this.#dirtyBatches) {
      const ended = isOver(batch);
      const { counts, onComplete = null, no } = batch;
      this.#sql.batch.run(...fileCounts(counts), ended ? 1 : 0, wallMs, onComplete, no);
      if (ended) this.#batches.delete(batch.no); // nothing runs in it: it is read again should a task be retried
    }
    this.#dirtyTypes.clear();
    this.#dirtyBatches.clear();
    this.#dirty = false;
  }

  touch(): void {
    this.#dirty = true;
  }

  touchBatch(batch: BatchBook): void {
    this.#dirty = true;
    this.#dirtyBatches.add(batch);
  }

  type(name: string): TypeBook {
    let type = this.#types.get(name);
    if (type === undefined) {
      type = { no: this.#types.size + 1, name, counts: noCounts() };
      this.#sql.newType.run(type.no, name);
      this.#addType(type);
    }
    return type;
  }

  typeByNo(no: number): TypeBook {
    return this.#typeByNo.get(no)!;
  }

  findType(name: string): TypeBook | undefined {
    return this.#types.get(name);
  }

  types(): Iterable<TypeBook> {
    return this.#types.values();
  }

  addBatch(batch: BatchBook): void {
    this.#batches.set(batch.no, batch);
    this.touchBatch(batch);
  }

  batch(no: number | null | undefined): BatchBook | undefined {
    if (no === null || no === undefined) return undefined;
    let batch = this.#batches.get(no);
    if (batch === undefined) {
      const row = this.#sql.loadBatch.get(no) as Row | undefined;
      if (row === undefined) return undefined; // all of its tasks were removed, and it with the last
      batch = {
        no,
        id: String(row.id),
        maxConcurrent: Number(row.max_concurrent),
        counts: countsOf(row),
        onComplete: row.on_complete === null ? undefined : Number(row.on_complete),
      };
      this.#batches.set(no, batch);
    }
    return batch;
  }

  /** Forgets a batch of which no task is left; whether there was none left. */
  dropIfEmpty(batch: BatchBook): boolean {
    if (batch.counts.some((count) => count > 0)) return false;
    this.#sql.dropBatch.run(batch.no);
    this.#batches.delete(batch.no);
    this.#dirtyBatches.delete(batch);
    return true;
  }

  /** The counters in memory, where the batch has not ended and something happened to it. */
  openBatch(no: number): BatchBook | undefined {
    return this.#batches.get(no);
  }

  batchNo(id: string): number | undefined {
    const row = this.#sql.batchByName.get(id);
    return row === undefined ? undefined : Number(row.no);
  }

  /** One task from one state to another; `from` is undefined for a new one, `to` for one that is removed. */
  move(type: TypeBook, batch: BatchBook | undefined, from: State | undefined, to: State | undefined): void {
    if (from === undefined) this.accepted++;
    else type.counts[from]!--;
    if (to === undefined) {
      this.accepted--;
      this.removed++;
    } else {
      type.counts[to]!++;
    }
    this.#dirty = true;
    this.#dirtyTypes.add(type);
    if (batch === undefined) return;
    this.#dirtyBatches.add(batch);
    if (from !== undefined) batch.counts[from]!--;
    if (to !== undefined) batch.counts[to]!++;
  }

  /** A task that runs, or no longer does and waits at its old place: nothing of it is in the file's counters. */
  begins(type: TypeBook, batch: BatchBook | undefined, runs: boolean): void {
    const by = runs ? 1 : -1;
    for (const counts of batch === undefined ? [type.counts] : [type.counts, batch.counts]) {
      counts[State.ready]! -= by;
      counts[State.running]! += by;
    }
  }

  /** Waiting tasks: ready, delayed and blocked. */
  waiting(): number {
    let sum = 0;
    for (const { counts } of this.#types.values()) {
      sum += counts[State.blocked]! + counts[State.ready]! + counts[State.delayed]!;
    }
    return sum;
  }

  total(): number[] {
    const sum = noCounts();
    for (const { counts } of this.#types.values()) counts.forEach((n, state) => sum[state]! += n);
    return sum;
  }

  byType(): Record<string, StatusCounts> {
    const byType: Record<string, StatusCounts> = {};
    for (const type of this.#types.values()) byType[type.name] = statusCounts(type.counts);
    return byType;
  }

  #addType(type: TypeBook): void {
    this.#types.set(type.name, type);
    this.#typeByNo.set(type.no, type);
  }
}

export function noCounts(): number[] {
  return [0, 0, 0, 0, 0, 0, 0];
}

/** From a row of the file; `running` is 0 there. */
export function countsOf(row: Row): number[] {
  return STATE_NAMES.map((name) => Number(row[name]));
}

function fileCounts(counts: readonly number[]): number[] {
  return FILE_STATES.map((state) =>
    state === State.ready ? counts[State.ready]! + counts[State.running]! : counts[state]!
  );
}

/** Whether no task of the batch may still change by itself. */
export function isOver({ counts }: BatchBook): boolean {
  return counts.every((count, state) => count === 0 || isEnded(state));
}
