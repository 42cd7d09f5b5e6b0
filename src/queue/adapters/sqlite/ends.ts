import type { StatementSync } from "node:sqlite";
import type { CompletedEnd, FailedEnd, ReleasedEnd } from "../../port.ts";
import type { Lease, Progress } from "../../task.ts";
import type { CoreState, HeldLease } from "./core_state.ts";
import { State } from "./states.ts";

/**
 * Characters up to which a result lies in its task's row, which its end writes anyway: a b-tree less. Longer ones have
 * a table of their own, so that a list does not read past them.
 */
const MAX_IN_ROW = 256;

/**
 * Ending leases. Each end names its lease; one that is no longer held under that token changes nothing. A task whose
 * cancel was asked for while it ran ends as cancelled unless it completed: the work was done, and saying so is true.
 */
export class Ends {
  readonly #state: CoreState;
  readonly #sql: Record<
    "complete" | "result" | "fail" | "delay" | "release" | "defer" | "cancel" | "progress",
    StatementSync
  >;

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      complete: db.prepare(
        "UPDATE tasks SET state = 4, token = NULL, error = NULL, cancel_requested = 0, run_ms = ?, finished_ms = ?, " +
          "result = ? WHERE seq = ?",
      ),
      result: db.prepare("INSERT OR REPLACE INTO task_results (seq, json) VALUES (?, ?)"),
      fail: db.prepare(
        "UPDATE tasks SET state = 5, token = NULL, error = ?, crashes = crashes + ?, run_ms = ?, finished_ms = ? WHERE seq = ?",
      ),
      delay: db.prepare(
        "UPDATE tasks SET state = 2, token = NULL, error = ?, crashes = crashes + ?, run_ms = ?, finished_ms = ?, " +
          "run_at = ?, progress = NULL WHERE seq = ?",
      ),
      release: db.prepare(
        "UPDATE tasks SET state = ?, token = NULL, attempts = attempts - 1, crashes = crashes + ?, progress = NULL WHERE seq = ?",
      ),
      defer: db.prepare(
        "UPDATE tasks SET state = 2, token = NULL, attempts = attempts - 1, crashes = crashes + ?, progress = NULL, " +
          "run_at = ? WHERE seq = ?",
      ),
      cancel: db.prepare(
        "UPDATE tasks SET state = 6, token = NULL, run_ms = ?, finished_ms = ? WHERE seq = ?",
      ),
      progress: db.prepare("UPDATE tasks SET progress = ? WHERE seq = ?"),
    };
  }

  complete(ends: CompletedEnd[]): boolean[] {
    return ends.map(({ lease: wanted, resultJson, runMs, finishedMs }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      const inRow = resultJson.length <= MAX_IN_ROW;
      this.#sql.complete.run(
        Math.round(runMs),
        Math.trunc(finishedMs),
        inRow ? resultJson : null,
        lease.seq,
      );
      if (!inRow) this.#sql.result.run(lease.seq, resultJson);
      this.#leave(lease, State.completed);
      return true;
    });
  }

  fail(ends: FailedEnd[]): boolean[] {
    return ends.map(({ lease: wanted, error, next, crashed, ...times }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      const runMs = Math.round(times.runMs);
      const finishedMs = Math.trunc(times.finishedMs);
      const crash = crashed ? 1 : 0;
      if (lease.cancelRequested) {
        this.#cancel(lease, runMs, finishedMs);
      } else if (next === "dead") {
        this.#sql.fail.run(JSON.stringify(error), crash, runMs, finishedMs, lease.seq);
        this.#leave(lease, State.failed);
      } else {
        const runAtMs = Math.trunc(next.retryAtMs);
        this.#sql.delay.run(JSON.stringify(error), crash, runMs, finishedMs, runAtMs, lease.seq);
        this.#leave(lease, State.delayed);
        this.#state.dueChanged();
      }
      return true;
    });
  }

  release(ends: ReleasedEnd[]): boolean[] {
    return ends.map(({ lease: wanted, crashed, retryAtMs }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      if (lease.cancelRequested) {
        this.#cancel(lease, null, this.#state.now());
      } else if (retryAtMs !== undefined) {
        this.#sql.defer.run(crashed ? 1 : 0, Math.trunc(retryAtMs), lease.seq);
        this.#leave(lease, State.delayed);
        this.#state.dueChanged();
      } else {
        const to = this.#state.entryState(lease.batch);
        this.#sql.release.run(to, crashed ? 1 : 0, lease.seq);
        this.#leave(lease, to);
        this.#state.queuedAgain(lease.seq);
      }
      return true;
    });
  }

  endCancelled(ends: { lease: Lease; runMs: number }[]): boolean[] {
    return ends.map(({ lease: wanted, runMs }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      this.#cancel(lease, Math.round(runMs), this.#state.now());
      return true;
    });
  }

  progress(updates: { lease: Lease; progress: Progress }[]): void {
    for (const { lease: wanted, progress } of updates) {
      const lease = this.#state.lease(wanted.taskId, wanted.token);
      if (lease !== undefined) this.#sql.progress.run(JSON.stringify(progress), lease.seq);
    }
  }

  #take({ taskId, token }: Lease): HeldLease | undefined {
    const lease = this.#state.lease(taskId, token);
    if (lease !== undefined) this.#state.leases.delete(token);
    return lease;
  }

  #cancel(lease: HeldLease, runMs: number | null, finishedMs: number): void {
    this.#sql.cancel.run(runMs, finishedMs, lease.seq);
    this.#leave(lease, State.cancelled);
  }

  #leave({ type, batch }: HeldLease, to: State): void {
    this.#state.books.move(type, batch, State.running, to);
    this.#state.refill(batch);
  }
}
