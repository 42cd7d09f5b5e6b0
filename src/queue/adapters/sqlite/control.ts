import type { StatementSync } from "node:sqlite";
import type { BatchCancelOutcome, CancelOutcome } from "../../port.ts";
import { isOver } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Endings } from "./endings.ts";
import { readOptions } from "./options.ts";
import type { Results } from "./results.ts";
import { isEnded, State, statusOf } from "./states.ts";

type Row = Record<string, number | string | null>;

/** What an operator does to one task, or to one batch. */
export class Control {
  readonly #state: CoreState;
  readonly #endings: Endings;
  readonly #dependencies: Dependencies;
  readonly #results: Results;
  readonly #sql: Record<
    "find" | "mark" | "retry" | "unended" | "priority" | "remove" | "tags" | "dedup" | "edges" | "ended",
    StatementSync
  >;

  constructor(
    state: CoreState,
    parts: { endings: Endings; dependencies: Dependencies; results: Results },
  ) {
    this.#state = state;
    this.#endings = parts.endings;
    this.#dependencies = parts.dependencies;
    this.#results = parts.results;
    const { db } = state;
    this.#sql = {
      find: db.prepare(
        "SELECT seq, type_no, state, priority, batch_no, lane, rank, options FROM tasks WHERE id = ?",
      ),
      mark: db.prepare("UPDATE tasks SET cancel_requested = 1 WHERE seq = ?"),
      retry: db.prepare(
        "UPDATE tasks SET state = ?, rank = ?, pending = ?, run_at = NULL, follows_wall = NULL, attempts = 0, crashes = 0, " +
          "stalls = 0, cancel_requested = 0, started_ms = NULL, finished_ms = NULL, wait_ms = NULL, run_ms = NULL, " +
          "progress = NULL, error = NULL, result = NULL WHERE seq = ?",
      ),
      unended: db.prepare(
        "SELECT seq, id, type_no FROM tasks INDEXED BY tasks_batch WHERE batch_no = ? AND state < 4 ORDER BY seq DESC",
      ),
      priority: db.prepare("UPDATE tasks SET priority = ?, lane = ? WHERE seq = ?"),
      remove: db.prepare("DELETE FROM tasks WHERE seq = ?"),
      tags: db.prepare("DELETE FROM task_tags WHERE tag = ? AND seq = ?"),
      dedup: db.prepare("DELETE FROM dedup WHERE seq = ?"),
      ended: db.prepare("SELECT state, type_no, batch_no, options FROM tasks WHERE seq = ?"),
      edges: db.prepare("DELETE FROM dependencies WHERE parent = ?1 OR child = ?1"),
    };
  }

  cancel(taskId: string): CancelOutcome {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return { kind: "not_found" };
    const seq = Number(row.seq);
    const lease = this.mark(seq);
    if (lease !== undefined) return { kind: "running", lease };
    if (isEnded(Number(row.state))) return { kind: "ended", status: statusOf(Number(row.state)) };
    this.#endings.endWaiting(seq, State.cancelled, undefined, { tell: false });
    return { kind: "cancelled" };
  }

  cancelBatch(batchId: string): BatchCancelOutcome | undefined {
    const { books } = this.#state;
    const batchNo = books.batchNo(batchId);
    if (batchNo === undefined) return undefined;
    const outcome: BatchCancelOutcome = { cancelled: 0, running: [], ended: [] };
    // The last first: a task that depends on another one of the batch is cancelled, and not failed with it.
    for (const row of this.#sql.unended.all(batchNo) as Row[]) {
      const seq = Number(row.seq);
      const lease = this.mark(seq);
      if (lease !== undefined) {
        outcome.running.push(lease);
      } else if (this.#endings.endWaiting(seq, State.cancelled, undefined, { tell: false })) {
        outcome.ended.push({ taskId: String(row.id), type: books.typeByNo(Number(row.type_no)).name });
      }
    }
    outcome.cancelled = outcome.ended.length;
    return outcome;
  }

  /** Asks a running task to end; its lease, undefined where it does not run. */
  mark(seq: number): { taskId: string; token: number } | undefined {
    const lease = this.#state.leases.ofSeq(seq);
    if (lease === undefined) return undefined;
    lease.cancelRequested = true;
    this.#sql.mark.run(seq);
    return { taskId: lease.taskId, token: lease.token };
  }

  retry(taskId: string): "retried" | "not_found" | "not_ended" {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return "not_found";
    const from = row.state as State;
    if (from !== State.failed && from !== State.cancelled) return "not_ended";
    const { books, nowMs } = this.#state;
    const seq = Number(row.seq);
    const pending = this.#dependencies.pendingOf(seq);
    const { completesBatch } = readOptions(row.options as string | null);
    const before = completesBatch === undefined ? undefined : books.batch(books.batchNo(completesBatch));
    const waits = pending > 0 || (before !== undefined && !isOver(before));
    const to = waits ? State.blocked : State.ready;
    this.#sql.retry.run(to, nowMs, pending > 0 ? pending : null, seq);
    this.#endings.reopened(seq);
    this.#results.drop(seq);
    const type = books.typeByNo(Number(row.type_no));
    books.move(type, books.batch(row.batch_no as number | null), from, to);
    if (to === State.ready) this.#state.becameReady(seq, Number(row.lane), nowMs);
    return "retried";
  }

  reprioritize(taskId: string, priority: number): "changed" | "not_found" | "ended" {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return "not_found";
    if (isEnded(Number(row.state))) return "ended";
    if (row.priority === priority) return "changed";
    const { lanes, leases } = this.#state;
    const seq = Number(row.seq);
    const laneNo = Number(row.lane);
    const rank = Number(row.rank);
    const next = lanes.atPriority(laneNo, priority);
    this.#sql.priority.run(priority, next, seq);
    const lease = leases.ofSeq(seq);
    if (lease !== undefined) {
      lease.laneNo = next;
    } else if (row.state === State.ready) {
      this.#state.leftWaiting(seq, laneNo, rank, State.ready);
      this.#state.becameReady(seq, next, rank);
    }
    return "changed";
  }

  remove(taskId: string): "removed" | "not_found" | "not_ended" {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return "not_found";
    return this.removeRow(Number(row.seq)) ? "removed" : "not_ended";
  }

  /** Forgets an ended task and everything that only it needs. False where it has not ended. */
  removeRow(seq: number): boolean {
    const { books, lanes } = this.#state;
    const row = this.#sql.ended.get(seq) as Row | undefined;
    if (row === undefined || !isEnded(Number(row.state))) return false;
    const { tags = [], dedup, dependsOn } = readOptions(row.options as string | null);
    for (const tag of tags) this.#sql.tags.run(tag, seq);
    if (dedup !== undefined) this.#sql.dedup.run(seq);
    if (dependsOn !== undefined || this.#state.dependencies > 0) this.#sql.edges.run(seq);
    this.#results.drop(seq);
    this.#sql.remove.run(seq);
    const batch = books.batch(row.batch_no as number | null);
    books.move(books.typeByNo(Number(row.type_no)), batch, row.state as State, undefined);
    if (batch !== undefined && books.dropIfEmpty(batch)) lanes.dropBatch(batch.no);
    return true;
  }
}
