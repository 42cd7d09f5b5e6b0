import type { StatementSync } from "node:sqlite";
import type { TaskFailure } from "../../../platform/errors.ts";
import type { CoreState } from "./core_state.ts";
import type { Endings } from "./endings.ts";
import { readOptions } from "./options.ts";
import { State } from "./states.ts";

/** Due or expired tasks that are worked off at once: a million that fall due together must not hold the thread. */
const STEP = 2000;

type Row = Record<string, number | string | null>;

/** What time does to waiting tasks: delayed ones fall due, deadlines pass, and a wall clock that is set moves both. */
export class Waiting {
  readonly #state: CoreState;
  readonly #endings: Endings;
  readonly #sql: Record<"due" | "promote" | "expired" | "shift", StatementSync>;

  constructor(state: CoreState, endings: Endings) {
    this.#state = state;
    this.#endings = endings;
    const { db } = state;
    this.#sql = {
      due: db.prepare(
        "SELECT seq, type_no, batch_no, lane, rank FROM tasks INDEXED BY tasks_delayed " +
          "WHERE state = 2 AND rank <= ? ORDER BY rank, seq LIMIT ?",
      ),
      promote: db.prepare("UPDATE tasks SET state = 1 WHERE seq = ?"),
      expired: db.prepare(
        "SELECT seq, options FROM tasks INDEXED BY tasks_expires " +
          "WHERE expires_q IS NOT NULL AND state < 3 AND expires_q <= ? ORDER BY expires_q, seq",
      ),
      shift: db.prepare(
        "UPDATE tasks SET rank = rank - ? WHERE follows_wall IS NOT NULL AND state IN (0, 2)",
      ),
    };
  }

  /** At the begin of each transaction. */
  elapse(): void {
    const stepMs = this.#state.time.step();
    if (stepMs !== 0) {
      this.#sql.shift.run(stepMs);
      this.#state.books.touch();
      this.#state.dueChanged();
    }
    this.#expire();
  }

  /** Makes all due tasks ready. */
  promoteAll(): void {
    while (this.promote());
  }

  /** Makes up to `STEP` due tasks ready; whether there may be more of them. */
  promote(): boolean {
    const state = this.#state;
    const nextDueMs = state.nextDueMs();
    if (nextDueMs === undefined || nextDueMs > state.nowMs) return false;
    const rows = this.#sql.due.all(state.nowMs, STEP) as Row[];
    for (const row of rows) {
      const seq = Number(row.seq);
      this.#sql.promote.run(seq);
      const type = state.books.typeByNo(Number(row.type_no));
      state.books.move(type, state.books.batch(row.batch_no as number | null), State.delayed, State.ready);
      state.becameReady(seq, Number(row.lane), Number(row.rank));
    }
    state.dueChanged();
    return rows.length === STEP;
  }

  #expire(): void {
    const state = this.#state;
    const nextMs = state.nextExpiryMs();
    if (nextMs === undefined || nextMs > state.nowMs) return;
    const expired: [seq: number, ms: number][] = [];
    for (const row of this.#sql.expired.iterate(state.nowMs) as Iterable<Row>) {
      if (state.leases.has(Number(row.seq))) continue; // it has begun
      expired.push([Number(row.seq), readOptions(row.options as string | null).expiresInMs!]);
      if (expired.length === STEP) break; // the rest in the next transaction, which the deadline that is over brings on
    }
    for (const [seq, ms] of expired) {
      const message = `It had not begun within ${ms / 1000} s`;
      const error: TaskFailure = { code: "expired", message, retryable: false };
      this.#endings.endWaiting(seq, State.failed, error);
    }
    state.expiryChanged();
  }
}
