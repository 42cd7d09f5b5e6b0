import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CompletedEnd, FailedEnd, ReleasedEnd } from "../../port.ts";
import type { Lease, Progress } from "../../task.ts";
import type { TaskFailure } from "../../../platform/errors.ts";
import type { CoreState } from "./core_state.ts";
import type { Endings } from "./endings.ts";
import type { HeldLease } from "./leases.ts";
import type { Results } from "./results.ts";
import type { SqlValue } from "./rows.ts";
import { State, statusOf } from "./states.ts";

/** Values of a completed row, and rows of one statement: most of what a short statement costs is that it is one. */
const WIDTH = 7;
const ROWS = 16;

/**
 * Ending leases. Each end names its lease; one that is no longer held under that token changes nothing. A task whose
 * cancel was asked for while it ran ends as cancelled unless it completed: the work was done, and saying so is true.
 */
export class Ends {
  readonly #state: CoreState;
  readonly #endings: Endings;
  readonly #results: Results;
  readonly #sql: Record<
    "complete" | "completeMany" | "fail" | "delay" | "back" | "defer" | "cancel" | "progress",
    StatementSync
  >;

  constructor(state: CoreState, { endings, results }: { endings: Endings; results: Results }) {
    this.#state = state;
    this.#endings = endings;
    this.#results = results;
    const { db } = state;
    const began = "attempts = ?, started_ms = ?, wait_ms = ?";
    this.#sql = {
      complete: prepareComplete(db, 1),
      completeMany: prepareComplete(db, ROWS),
      fail: db.prepare(
        `UPDATE tasks SET state = 5, ${began}, error = ?, crashes = crashes + ?, expires_q = NULL, run_ms = ?, ` +
          "finished_ms = ? WHERE seq = ?",
      ),
      delay: db.prepare(
        `UPDATE tasks SET state = 2, ${began}, error = ?, crashes = crashes + ?, expires_q = NULL, run_ms = ?, ` +
          "finished_ms = ?, rank = ?, run_at = ?, follows_wall = NULL, progress = NULL WHERE seq = ?",
      ),
      back: db.prepare(
        "UPDATE tasks SET crashes = crashes + ?, started_ms = ?, wait_ms = ?, expires_q = NULL, progress = NULL " +
          "WHERE seq = ?",
      ),
      defer: db.prepare(
        "UPDATE tasks SET state = 2, crashes = crashes + ?, started_ms = ?, wait_ms = ?, expires_q = NULL, " +
          "progress = NULL, rank = ?, run_at = ?, follows_wall = NULL WHERE seq = ?",
      ),
      cancel: db.prepare(
        `UPDATE tasks SET state = 6, ${began}, expires_q = NULL, run_ms = ?, finished_ms = ? WHERE seq = ?`,
      ),
      progress: db.prepare("UPDATE tasks SET progress = ? WHERE seq = ?"),
    };
  }

  complete(ends: CompletedEnd[]): boolean[] {
    const ended: HeldLease[] = [];
    let values: SqlValue[] = [];
    const held = ends.map(({ lease: wanted, resultJson, runMs, finishedMs }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      const { attempt, startedMs, waitMs, seq } = lease;
      const inRow = this.#results.put(seq, resultJson);
      values.push(seq, attempt, startedMs, waitMs, Math.round(runMs), Math.trunc(finishedMs), inRow);
      if (values.length === ROWS * WIDTH) {
        this.#sql.completeMany.run(...values);
        values = [];
      }
      ended.push(lease);
      return true;
    });
    for (let i = 0; i < values.length; i += WIDTH) this.#sql.complete.run(...values.slice(i, i + WIDTH));
    for (const lease of ended) this.#end(lease, State.completed);
    return held;
  }

  fail(ends: FailedEnd[]): boolean[] {
    return ends.map(({ lease: wanted, error, next, crashed, ...times }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      const { attempt, startedMs, waitMs, seq } = lease;
      const runMs = Math.round(times.runMs);
      const finishedMs = Math.trunc(times.finishedMs);
      const began = [attempt, startedMs, waitMs] as const;
      const crash = crashed ? 1 : 0;
      const text = JSON.stringify(error);
      if (lease.cancelRequested) {
        this.#cancel(lease, runMs, finishedMs);
      } else if (next === "dead") {
        this.#sql.fail.run(...began, text, crash, runMs, finishedMs, seq);
        this.#end(lease, State.failed, error);
      } else {
        const wait = Math.trunc(next.waitMs);
        const [rank, runAtMs] = [this.#state.nowMs + wait, this.#state.wallMs + wait];
        this.#sql.delay.run(...began, text, crash, runMs, finishedMs, rank, runAtMs, seq);
        this.#delay(lease);
      }
      return true;
    });
  }

  release(ends: ReleasedEnd[]): boolean[] {
    return ends.map(({ lease: wanted, crashed, waitMs: wait }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      const { startedMs, waitMs, seq } = lease;
      const crash = crashed ? 1 : 0;
      if (lease.cancelRequested) {
        this.#cancel(lease, null, this.#state.wallMs);
      } else if (wait !== undefined) {
        const [rank, runAtMs] = [this.#state.nowMs + Math.trunc(wait), this.#state.wallMs + Math.trunc(wait)];
        this.#sql.defer.run(crash, startedMs, waitMs, rank, runAtMs, seq);
        this.#delay(lease);
      } else {
        this.#sql.back.run(crash, startedMs, waitMs, seq);
        this.#state.books.begins(lease.type, lease.batch, false);
        this.#state.books.touch();
        this.#state.becameReady(seq, lease.laneNo, lease.rank);
      }
      return true;
    });
  }

  endCancelled(ends: { lease: Lease; runMs: number }[]): boolean[] {
    return ends.map(({ lease: wanted, runMs }) => {
      const lease = this.#take(wanted);
      if (lease === undefined) return false;
      this.#cancel(lease, Math.round(runMs), this.#state.wallMs);
      return true;
    });
  }

  progress(updates: { lease: Lease; progress: Progress }[]): void {
    for (const { lease: wanted, progress } of updates) {
      const lease = this.#state.leases.held(wanted.taskId, wanted.token);
      if (lease !== undefined) this.#sql.progress.run(JSON.stringify(progress), lease.seq);
    }
  }

  #take({ taskId, token }: Lease): HeldLease | undefined {
    const lease = this.#state.leases.held(taskId, token);
    if (lease === undefined) return undefined;
    this.#state.leases.delete(lease);
    this.#state.scheduler.leave(lease.gates);
    return lease;
  }

  #cancel(lease: HeldLease, runMs: number | null, finishedMs: number): void {
    const { attempt, startedMs, waitMs, seq } = lease;
    this.#sql.cancel.run(attempt, startedMs, waitMs, runMs, finishedMs, seq);
    this.#end(lease, State.cancelled);
  }

  #delay({ type, batch }: HeldLease): void {
    this.#state.books.move(type, batch, State.running, State.delayed);
    this.#state.dueChanged();
  }

  #end(lease: HeldLease, to: State, error?: TaskFailure): void {
    const { seq, taskId, type, batch, webhook, followUp } = lease;
    this.#state.books.move(type, batch, State.running, to);
    this.#endings.ended({ seq, taskId, type, batch, status: statusOf(to), webhook, followUp, error });
  }
}

function prepareComplete(db: DatabaseSync, rows: number): StatementSync {
  const row = `(${Array<string>(WIDTH).fill("?").join(", ")})`;
  return db.prepare(
    "UPDATE tasks SET state = 4, attempts = v.column2, started_ms = v.column3, wait_ms = v.column4, " +
      "run_ms = v.column5, finished_ms = v.column6, result = v.column7, error = NULL, cancel_requested = 0, " +
      `expires_q = NULL FROM (VALUES ${
        Array<string>(rows).fill(row).join(", ")
      }) v WHERE tasks.seq = v.column1`,
  );
}
