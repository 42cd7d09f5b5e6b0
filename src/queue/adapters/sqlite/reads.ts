import type { StatementSync } from "node:sqlite";
import type { ListQuery, StoredBatch } from "../../port.ts";
import type { StoredTask, TaskStatus } from "../../task.ts";
import { countsOf } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { prepareArrays, type SqlValue, TASK_COLUMNS, toStoredTask } from "./rows.ts";
import { STATE_NAMES, statesOf, statusCounts } from "./states.ts";

const FROM = "FROM tasks t LEFT JOIN batches b ON b.no = t.batch_no";
/** Tasks of a status up to which a list of them looks at all; above, they are dense enough to walk to. */
const GATHER_LIMIT = 20_000;

/** Completed tasks that a list by brand looks through before it goes by the brand's index. */
const PROBE_LIMIT = 2000;

/** Where a list reads from, newest first by `order`. */
interface Source {
  from: string;
  where: string[];
  args: SqlValue[];
  order: string;
  /** By the index of brands. */
  brand?: boolean;
}

/** Looking things up. Nothing here writes. */
export class Reads {
  readonly #state: CoreState;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(state: CoreState) {
    this.#state = state;
  }

  get(taskId: string, options: { withResult?: boolean; withInput?: boolean } = {}): StoredTask | undefined {
    const input = options.withInput ? ", t.input" : "";
    const result = options.withResult ? ", coalesce(t.result, r.json)" : "";
    const join = options.withResult ? " LEFT JOIN task_results r ON r.seq = t.seq" : "";
    const row = this.#statement(`SELECT ${TASK_COLUMNS}${input}${result} ${FROM}${join} WHERE t.id = ?`).get(
      taskId,
    );
    return row === undefined ? undefined : toStoredTask(values(row), this.#state.books, options);
  }

  list(query: ListQuery): StoredTask[] {
    const { books } = this.#state;
    const where: string[] = [];
    const args: SqlValue[] = [];
    const add = (condition: string, ...given: SqlValue[]) => {
      where.push(condition);
      args.push(...given);
    };
    if (query.type !== undefined) {
      const type = books.findType(query.type);
      if (type === undefined) return [];
      add("t.type_no = ?", type.no);
    }
    if (query.batchId !== undefined) {
      const batchNo = books.batchNo(query.batchId);
      if (batchNo === undefined) return [];
      add("t.batch_no = ?", batchNo);
    }
    if (query.brand !== undefined) add("t.brand = ?", query.brand);
    if (query.tag !== undefined) {
      add("EXISTS (SELECT 1 FROM task_tags g WHERE g.tag = ? AND g.seq = t.seq)", query.tag);
    }
    if (query.status !== undefined) add(stateCondition(query.status));
    if (query.before !== undefined) add("t.seq < ?", query.before);
    const source = this.#source(query);
    const page = ({ from, where: own, args: ownArgs, order }: Source) => {
      const condition = [...own, ...where].join(" AND ");
      const sql = `SELECT ${TASK_COLUMNS} ${from} ${condition === "" ? "" : `WHERE ${condition}`} ` +
        `ORDER BY ${order} DESC LIMIT ?`;
      return this.#statement(sql).all(...ownArgs, ...args, query.limit)
        .map((row) => toStoredTask(values(row), books));
    };
    if (query.status === "completed" && source.brand) {
      const found = page(this.#lastCompleted(query.before));
      if (found.length === query.limit) return found;
    }
    return page(source);
  }

  /**
   * The last few completed tasks. A brand that many tasks have fills its page from them; by its own index it would walk
   * over all that still wait (77 ms where 100,000 do), as they are newer.
   */
  #lastCompleted(before = Number.MAX_SAFE_INTEGER): Source {
    const sql = "SELECT seq FROM tasks INDEXED BY tasks_completed WHERE state = 4 AND seq < ? " +
      "ORDER BY seq DESC LIMIT 1 OFFSET ?";
    const first = this.#statement(sql).get(before, PROBE_LIMIT);
    return {
      ...by("tasks_completed"),
      where: ["t.seq > ?"],
      args: [first === undefined ? 0 : values(first)[0]!],
    };
  }

  /**
   * Which index a list walks. The planner has no statistics and would guess; here the rarest filter leads: few tasks
   * are running or dead, and a batch, a tag or a brand is a small part of all. Each index ends in `seq`, so the walk
   * is already newest first and stops at the limit.
   */
  #source(query: ListQuery): Source {
    const { status } = query;
    if (status === "running" || status === "failed" || status === "cancelled") {
      return by(`tasks_${status}`);
    }
    if (query.batchId !== undefined) return by("tasks_batch");
    if (query.tag !== undefined) {
      return {
        from: `FROM task_tags w CROSS JOIN tasks t ON t.seq = w.seq LEFT JOIN batches b ON b.no = t.batch_no`,
        where: ["w.tag = ?"],
        args: [query.tag],
        order: "w.seq",
      };
    }
    if (status !== undefined && this.#isSparse(status)) {
      if (status === "completed") return by("tasks_completed");
      const seqs = status === "delayed"
        ? "SELECT seq FROM tasks WHERE state = 2"
        : "SELECT seq FROM tasks WHERE state = 0 UNION ALL SELECT seq FROM tasks WHERE state = 1";
      return { from: FROM, where: [`t.seq IN (${seqs})`], args: [], order: "t.seq" };
    }
    if (query.brand !== undefined) return { ...by("tasks_brand"), brand: true };
    if (status === "completed") return by("tasks_completed");
    return query.type === undefined ? { from: FROM, where: [], args: [], order: "t.seq" } : by("tasks_type");
  }

  #isSparse(status: "queued" | "delayed" | "completed"): boolean {
    const counts = statusCounts(this.#state.books.total());
    return counts[status] <= GATHER_LIMIT;
  }

  batchResults(batchId: string, { after = 0, limit }: { after?: number; limit: number }): StoredTask[] {
    const batchNo = this.#state.books.batchNo(batchId);
    if (batchNo === undefined) return [];
    const sql = `SELECT ${TASK_COLUMNS}, coalesce(t.result, r.json) FROM tasks t INDEXED BY tasks_batch ` +
      "LEFT JOIN batches b ON b.no = t.batch_no LEFT JOIN task_results r ON r.seq = t.seq " +
      "WHERE t.batch_no = ? AND t.seq > ? ORDER BY t.seq LIMIT ?";
    return this.#statement(sql).all(batchNo, after, limit)
      .map((row) => toStoredTask(values(row), this.#state.books, { withResult: true }));
  }

  getBatch(batchId: string): StoredBatch | undefined {
    const columns = `no, id, created_ms, max_concurrent, brand, finished_ms, ${STATE_NAMES.join(", ")}`;
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
    if (row.finished_ms !== null && batch === undefined) stored.finishedMs = Number(row.finished_ms);
    return stored;
  }

  /** By `seq`, which is the order of acceptance. */
  oldestQueuedMs(): number | undefined {
    const state = this.#state;
    const { queued } = statusCounts(state.books.total());
    if (queued === 0) return undefined;
    const sql = queued <= GATHER_LIMIT
      ? "SELECT min(created_ms) AS ms FROM tasks WHERE seq = (SELECT min(seq) FROM (" +
        "SELECT seq FROM tasks WHERE state = 0 UNION ALL SELECT seq FROM tasks WHERE state = 1))"
      // Many wait: walk from the last known oldest, so that no row is walked over twice.
      : "SELECT created_ms AS ms, seq FROM tasks NOT INDEXED WHERE seq >= ? AND state IN (0, 1) ORDER BY seq LIMIT 1";
    const row = queued <= GATHER_LIMIT
      ? this.#statement(sql, false).get()
      : this.#statement(sql, false).get(state.oldestQueuedSeq);
    if (row === undefined || row.ms === null) return undefined;
    if (row.seq !== undefined) state.oldestQueuedSeq = Number(row.seq);
    return Number(row.ms);
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

function by(index: string): Source {
  const from = `FROM tasks t INDEXED BY ${index} LEFT JOIN batches b ON b.no = t.batch_no`;
  return { from, where: [], args: [], order: "t.seq" };
}

/** Written out and not bound, and `=` where it is one: a partial index is only considered for its very condition. */
function stateCondition(status: TaskStatus): string {
  const states = statesOf(status);
  return states.length === 1 ? `t.state = ${states[0]}` : `t.state IN (${states.join(", ")})`;
}

/** `setReturnArrays` gives rows as arrays; the declared type does not know. */
function values(row: unknown): SqlValue[] {
  return row as SqlValue[];
}
