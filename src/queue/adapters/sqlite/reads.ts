import type { StatementSync } from "node:sqlite";
import type { BatchQuery, ListQuery, StoredBatch, TaskFilter } from "../../port.ts";
import type { StoredTask } from "../../task.ts";
import { countsOf, isOver } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { type Source, sourceOf } from "./list_source.ts";
import { readResult } from "./results.ts";
import { COLUMN_COUNT, prepareArrays, type SqlValue, TASK_COLUMNS, toStoredTask } from "./rows.ts";
import { State, STATE_NAMES, statusCounts } from "./states.ts";

/** Queued tasks up to which the oldest is looked up in the index; above, it is found by walking. */
const GATHER_LIMIT = 20_000;
/** Completed tasks that a list by brand looks through before it goes by the brand's index. */
const PROBE_LIMIT = 2000;

const RESULT = "t.result, r.json, r.deflated";
const JOIN_RESULT = "LEFT JOIN task_results r ON r.seq = t.seq";

/** Looking things up. Nothing here writes. */
export class Reads {
  readonly #state: CoreState;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(state: CoreState) {
    this.#state = state;
  }

  get(taskId: string, options: { withResult?: boolean; withInput?: boolean } = {}): StoredTask | undefined {
    const { withInput = false, withResult = false } = options;
    const sql = `SELECT ${TASK_COLUMNS}${withResult ? `, ${RESULT}` : ""}${withInput ? ", t.input" : ""} ` +
      `FROM tasks t LEFT JOIN batches b ON b.no = t.batch_no ${withResult ? JOIN_RESULT : ""} WHERE t.id = ?`;
    const row = this.#statement(sql).get(taskId) as unknown as SqlValue[] | undefined;
    if (row === undefined) return undefined;
    const task = this.#task(row, withResult);
    if (withInput) task.inputJson = row.at(-1) as string;
    return task;
  }

  list(query: ListQuery): StoredTask[] {
    const source = sourceOf(query, this.#state);
    if (source === undefined) return [];
    if (query.status === "completed" && source.from.includes("tasks_brand")) {
      const found = this.#page(this.#lastCompleted(source, query.before), query);
      if (found.length === query.limit) return found;
    }
    return this.#page(source, query);
  }

  /** Tasks a filter names, oldest first, from behind a `seq`. */
  match(
    filter: TaskFilter,
    { after, limit }: { after: number; limit: number },
  ): { seq: number; id: string }[] {
    const source = sourceOf(filter, this.#state);
    if (source === undefined) return [];
    const { from, where, args, order } = source;
    const conditions = [...where, "t.seq > ?"].join(" AND ");
    const sql = `SELECT t.seq, t.id ${from} WHERE ${conditions} ORDER BY ${order} LIMIT ?`;
    const rows = this.#statement(sql).all(...args, after, limit) as unknown as [number, string][];
    return rows.map(([seq, id]) => ({ seq, id }));
  }

  batchResults(batchId: string, { after = 0, limit }: { after?: number; limit: number }): StoredTask[] {
    const batchNo = this.#state.books.batchNo(batchId);
    if (batchNo === undefined) return [];
    const sql = `SELECT ${TASK_COLUMNS}, ${RESULT} FROM tasks t INDEXED BY tasks_batch ` +
      `LEFT JOIN batches b ON b.no = t.batch_no ${JOIN_RESULT} ` +
      "WHERE t.batch_no = ? AND t.seq > ? ORDER BY t.seq LIMIT ?";
    return this.#rows(sql, [batchNo, after, limit]).map((row) => this.#task(row, true));
  }

  getBatch(batchId: string): StoredBatch | undefined {
    const columns = `no, id, created_ms, max_concurrent, brand, finished_ms, on_complete, ${
      STATE_NAMES.join(", ")
    }`;
    const row = this.#statement(`SELECT ${columns} FROM batches WHERE id = ?`, false).get(batchId);
    if (row === undefined) return undefined;
    // Counters of this very transaction are in memory first.
    const batch = this.#state.books.openBatch(Number(row.no));
    const counts = batch?.counts ?? countsOf(row as Record<string, number | string | null>);
    const stored: StoredBatch = {
      id: String(row.id),
      createdMs: Number(row.created_ms),
      maxConcurrent: Number(row.max_concurrent),
      total: counts.reduce((sum, n) => sum + n, 0),
      counts: statusCounts(counts),
    };
    if (row.brand !== null) stored.brand = String(row.brand);
    // One in memory may only have been looked at since it ended.
    if (row.finished_ms !== null && (batch === undefined || isOver(batch))) {
      stored.finishedMs = Number(row.finished_ms);
    }
    const onComplete = batch?.onComplete ?? row.on_complete;
    if (onComplete !== null && onComplete !== undefined) {
      const task = this.#statement("SELECT id FROM tasks WHERE seq = ?", false).get(onComplete);
      if (task !== undefined) stored.onCompleteTaskId = String(task.id);
    }
    return stored;
  }

  /** Newest first. Walks all batches: they are few beside their tasks. */
  listBatches({ limit, before }: BatchQuery): StoredBatch[] {
    const { createdMs, id } = before ?? { createdMs: Number.MAX_SAFE_INTEGER, id: "" };
    const sql = "SELECT id FROM batches WHERE created_ms < ? OR (created_ms = ? AND id < ?) " +
      "ORDER BY created_ms DESC, id DESC LIMIT ?";
    const rows = this.#statement(sql, false).all(createdMs, createdMs, id, limit);
    return rows.map((row) => this.getBatch(String(row.id))!);
  }

  /** By `seq`, which is the order of acceptance. */
  oldestQueuedMs(): number | undefined {
    const state = this.#state;
    const counts = state.books.total();
    if (counts[State.ready] === 0) return undefined;
    if (counts[State.ready]! + counts[State.running]! <= GATHER_LIMIT) {
      const sql =
        "SELECT created_ms AS ms, seq FROM tasks WHERE seq IN (SELECT seq FROM tasks WHERE state = 1) " +
        "ORDER BY seq";
      return this.#firstWaiting(this.#statement(sql, false).iterate());
    }
    // Many wait: walk from the last known oldest, so that no row is walked over twice.
    const sql =
      "SELECT created_ms AS ms, seq FROM tasks NOT INDEXED WHERE seq >= ? AND state = 1 ORDER BY seq";
    return this.#firstWaiting(this.#statement(sql, false).iterate(state.oldestQueuedSeq));
  }

  #firstWaiting(rows: Iterable<unknown>): number | undefined {
    for (const row of rows as Iterable<{ ms: number; seq: number }>) {
      if (this.#state.leases.has(row.seq)) continue;
      this.#state.oldestQueuedSeq = row.seq;
      return row.ms;
    }
    return undefined;
  }

  #page({ from, where, args, order }: Source, { before, limit }: ListQuery): StoredTask[] {
    const conditions = before === undefined ? where : [...where, "t.seq < ?"];
    const sql = `SELECT ${TASK_COLUMNS} ${from} ${
      conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`
    } ORDER BY ${order} DESC LIMIT ?`;
    const given = before === undefined ? args : [...args, before];
    return this.#rows(sql, [...given, limit]).map((row) => this.#task(row, false));
  }

  /**
   * The last few completed tasks. A brand that many tasks have fills its page from them; by its own index it would walk
   * over all that still wait (77 ms where 100,000 do), as they are newer.
   */
  #lastCompleted(source: Source, before = Number.MAX_SAFE_INTEGER): Source {
    const sql = "SELECT seq FROM tasks INDEXED BY tasks_ended WHERE state = 4 AND state >= 4 AND seq < ? " +
      "ORDER BY seq DESC LIMIT 1 OFFSET ?";
    const first = this.#rows(sql, [before, PROBE_LIMIT])[0];
    return {
      ...source,
      from: source.from.replace("tasks_brand", "tasks_ended"),
      where: [...source.where, "t.seq > ?"],
      args: [...source.args, first === undefined ? 0 : first[0]!],
    };
  }

  #task(row: SqlValue[], withResult: boolean): StoredTask {
    const { books, leases } = this.#state;
    const task = toStoredTask(row, books, leases.ofSeq(row[0] as number));
    if (withResult) {
      const json = readResult(row[COLUMN_COUNT], row[COLUMN_COUNT + 1], row[COLUMN_COUNT + 2]);
      if (json !== undefined) task.resultJson = json;
    }
    return task;
  }

  #rows(sql: string, args: SqlValue[]): SqlValue[][] {
    return this.#statement(sql).all(...args) as unknown as SqlValue[][];
  }

  #statement(sql: string, arrays = true): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = arrays ? prepareArrays(this.#state.db, sql) : this.#state.db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
