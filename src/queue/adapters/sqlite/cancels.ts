import type { StatementSync } from "node:sqlite";
import type { BatchCancelOutcome, CancelOutcome } from "../../port.ts";
import type { CoreState } from "./core_state.ts";
import { State, statusOf } from "./states.ts";

type Row = Record<string, number | string | null>;

/** Cancelling, one by one and by batch, and its opposite: a task that ended badly again. */
export class Cancels {
  readonly #state: CoreState;
  readonly #sql: Record<
    "find" | "waiting" | "mark" | "retry" | "dropResult" | "unended",
    StatementSync
  >;

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      find: db.prepare("SELECT seq, type_no, state, priority, batch_no, token FROM tasks WHERE id = ?"),
      waiting: db.prepare("UPDATE tasks SET state = 6, finished_ms = ? WHERE seq = ?"),
      mark: db.prepare("UPDATE tasks SET cancel_requested = 1 WHERE seq = ?"),
      retry: db.prepare(
        "UPDATE tasks SET state = ?, sort_key = ?, ready_ms = ?, run_at = NULL, attempts = 0, crashes = 0, stalls = 0, " +
          "cancel_requested = 0, started_ms = NULL, finished_ms = NULL, wait_ms = NULL, run_ms = NULL, progress = NULL, " +
          "error = NULL, result = NULL WHERE seq = ?",
      ),
      dropResult: db.prepare("DELETE FROM task_results WHERE seq = ?"),
      unended: db.prepare(
        "SELECT seq, id, type_no, state, token FROM tasks WHERE batch_no = ? AND state < 4 ORDER BY seq",
      ),
    };
  }

  cancel(taskId: string): CancelOutcome {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return { kind: "not_found" };
    const state = row.state as State;
    if (state >= State.completed) return { kind: "ended", status: statusOf(state) };
    if (state === State.running) return { kind: "running", lease: this.#mark(Number(row.token)) };
    this.#cancelWaiting(row, state, row.batch_no as number | null);
    return { kind: "cancelled" };
  }

  cancelBatch(batchId: string): BatchCancelOutcome | undefined {
    const batchNo = this.#state.books.batchNo(batchId);
    if (batchNo === undefined) return undefined;
    const outcome: BatchCancelOutcome = { cancelled: 0, running: [], ended: [] };
    const rows = this.#sql.unended.all(batchNo) as Row[];
    // Held ones first: else each ready one that goes would let through a held one that goes next.
    rows.sort((a, b) => Number(a.state) - Number(b.state));
    for (const row of rows) {
      if (row.state === State.running) {
        outcome.running.push(this.#mark(Number(row.token)));
      } else {
        this.#cancelWaiting(row, row.state as State, batchNo);
        outcome.ended.push({
          taskId: String(row.id),
          type: this.#state.books.typeByNo(Number(row.type_no)).name,
        });
      }
    }
    outcome.cancelled = outcome.ended.length;
    return outcome;
  }

  retry(taskId: string): "retried" | "not_found" | "not_ended" {
    const row = this.#sql.find.get(taskId) as Row | undefined;
    if (row === undefined) return "not_found";
    const from = row.state as State;
    if (from !== State.failed && from !== State.cancelled) return "not_ended";
    const { books } = this.#state;
    const seq = Number(row.seq);
    const batch = books.batch(row.batch_no as number | null);
    const to = this.#state.entryState(batch);
    const readyMs = books.readyMs(this.#state.now());
    books.readyMsUsed(readyMs);
    this.#sql.retry.run(to, this.#state.sortKey(Number(row.priority), readyMs), readyMs, seq);
    this.#sql.dropResult.run(seq);
    books.move(books.typeByNo(Number(row.type_no)), batch, from, to);
    this.#state.queuedAgain(seq);
    this.#state.refill(batch);
    return "retried";
  }

  #mark(token: number): { taskId: string; token: number } {
    const lease = this.#state.leases.get(token)!;
    lease.cancelRequested = true;
    this.#sql.mark.run(lease.seq);
    return { taskId: lease.taskId, token };
  }

  #cancelWaiting(row: Row, from: State, batchNo: number | null): void {
    const { books } = this.#state;
    const batch = books.batch(batchNo);
    this.#sql.waiting.run(this.#state.now(), row.seq!);
    books.move(books.typeByNo(Number(row.type_no)), batch, from, State.cancelled);
    if (from === State.delayed) this.#state.dueChanged();
    this.#state.refill(batch);
  }
}
