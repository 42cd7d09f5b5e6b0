import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoreSnapshot } from "../../port.ts";
import { State, STATE_NAMES, statusCounts } from "./states.ts";

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
}

type Row = Record<string, number | string | null>;

/**
 * The counters: in memory for reading, in the file by the same transaction as the rows they count. Whoever changes a
 * row's state calls `move`; `persist` runs before each commit and `load` after a rollback, so memory never runs ahead
 * of the file.
 */
export class Books {
  accepted = 0;
  nextSeq = 1;
  nextToken = 1;
  paused = false;
  agingMs = -1;
  boot = 0;
  #lastReadyMs = 0;
  #types = new Map<string, TypeBook>();
  #typeByNo = new Map<number, TypeBook>();
  #batches = new Map<number, BatchBook>();
  #dirtyTypes = new Set<TypeBook>();
  #dirtyBatches = new Set<BatchBook>();
  #dirty = false;
  readonly #sql: Record<"meta" | "type" | "newType" | "batch" | "loadBatch" | "batchByName", StatementSync>;
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const set = STATE_NAMES.map((name) => `${name} = ?`).join(", ");
    this.#sql = {
      meta: db.prepare(
        "UPDATE meta SET accepted = ?, next_seq = ?, next_token = ?, last_ready_ms = ?, paused = ?, aging_ms = ?, boot = ?",
      ),
      type: db.prepare(`UPDATE task_types SET ${set} WHERE no = ?`),
      newType: db.prepare("INSERT INTO task_types (no, name) VALUES (?, ?)"),
      batch: db.prepare(`UPDATE batches SET ${set}, finished_ms = ? WHERE no = ?`),
      loadBatch: db.prepare("SELECT * FROM batches WHERE no = ?"),
      batchByName: db.prepare("SELECT no FROM batches WHERE id = ?"),
    };
    this.load();
  }

  /** Reads everything anew from the file. */
  load(): void {
    const meta = this.#db.prepare("SELECT * FROM meta").get() as Row;
    this.accepted = Number(meta.accepted);
    this.nextSeq = Number(meta.next_seq);
    this.nextToken = Number(meta.next_token);
    this.paused = meta.paused === 1;
    this.agingMs = Number(meta.aging_ms);
    this.boot = Number(meta.boot);
    this.#lastReadyMs = Number(meta.last_ready_ms);
    this.#types.clear();
    this.#typeByNo.clear();
    this.#batches.clear();
    this.#dirtyTypes.clear();
    this.#dirtyBatches.clear();
    this.#dirty = false;
    for (const row of this.#db.prepare("SELECT * FROM task_types").all() as Row[]) {
      this.#addType({ no: Number(row.no), name: String(row.name), counts: countsOf(row) });
    }
  }

  /** Writes what changed since the last commit. */
  persist(nowMs: number): void {
    if (!this.#dirty) return;
    this.#sql.meta.run(
      this.accepted,
      this.nextSeq,
      this.nextToken,
      this.#lastReadyMs,
      this.paused ? 1 : 0,
      this.agingMs,
      this.boot,
    );
    for (const type of this.#dirtyTypes) this.#sql.type.run(...type.counts, type.no);
    for (const batch of this.#dirtyBatches) {
      const ended = isEnded(batch);
      this.#sql.batch.run(...batch.counts, ended ? nowMs : null, batch.no);
      if (ended) this.#batches.delete(batch.no); // nothing runs in it: it is read again should a task be retried
    }
    this.#dirtyTypes.clear();
    this.#dirtyBatches.clear();
    this.#dirty = false;
  }

  touch(): void {
    this.#dirty = true;
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
    this.#dirtyBatches.add(batch);
  }

  batch(no: number | null): BatchBook | undefined {
    if (no === null) return undefined;
    let batch = this.#batches.get(no);
    if (batch === undefined) {
      const row = this.#sql.loadBatch.get(no) as Row;
      batch = { no, id: String(row.id), maxConcurrent: Number(row.max_concurrent), counts: countsOf(row) };
      this.#batches.set(no, batch);
    }
    return batch;
  }

  /** The counters in memory, where the batch has not ended and something happened to it. */
  openBatch(no: number): BatchBook | undefined {
    return this.#batches.get(no);
  }

  batchNo(id: string): number | undefined {
    const row = this.#sql.batchByName.get(id);
    return row === undefined ? undefined : Number(row.no);
  }

  /** One task from one state to another; `from` is undefined for a new one. */
  move(type: TypeBook, batch: BatchBook | undefined, from: State | undefined, to: State): void {
    this.#dirty = true;
    this.#dirtyTypes.add(type);
    if (from === undefined) this.accepted++;
    else type.counts[from]!--;
    type.counts[to]!++;
    if (batch === undefined) return;
    this.#dirtyBatches.add(batch);
    if (from !== undefined) batch.counts[from]!--;
    batch.counts[to]!++;
  }

  /** Waiting tasks: held, ready and delayed. */
  waiting(): number {
    let sum = 0;
    for (const { counts } of this.#types.values()) {
      sum += counts[State.held]! + counts[State.ready]! + counts[State.delayed]!;
    }
    return sum;
  }

  /** Never earlier than what it gave before: first in, first out holds though the wall clock steps back. */
  readyMs(nowMs: number): number {
    return Math.max(this.#lastReadyMs, Math.trunc(nowMs));
  }

  /** To be called with what `readyMs` gave once it is some task's: a refused task must not move the clock. */
  readyMsUsed(readyMs: number): void {
    this.#dirty = true;
    this.#lastReadyMs = readyMs;
  }

  total(): number[] {
    const sum = noCounts();
    for (const { counts } of this.#types.values()) counts.forEach((n, state) => sum[state]! += n);
    return sum;
  }

  snapshot(recovered: number): StoreSnapshot {
    const byType: StoreSnapshot["byType"] = {};
    for (const type of this.#types.values()) byType[type.name] = statusCounts(type.counts);
    return {
      accepted: this.accepted,
      counts: statusCounts(this.total()),
      byType,
      paused: this.paused,
      recovered,
    };
  }

  #addType(type: TypeBook): void {
    this.#types.set(type.name, type);
    this.#typeByNo.set(type.no, type);
  }
}

export function noCounts(): number[] {
  return [0, 0, 0, 0, 0, 0, 0];
}

export function countsOf(row: Row): number[] {
  return STATE_NAMES.map((name) => Number(row[name]));
}

function isEnded({ counts }: BatchBook): boolean {
  return counts[State.held]! + counts[State.ready]! + counts[State.delayed]! + counts[State.running]! === 0;
}
