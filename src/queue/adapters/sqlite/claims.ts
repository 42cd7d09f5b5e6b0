import type { StatementSync } from "node:sqlite";
import type { ClaimRequest } from "../../port.ts";
import type { ClaimedTask } from "../../task.ts";
import type { BatchBook, TypeBook } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { prepareArrays, readBackoff, type SqlValue } from "./rows.ts";
import { State } from "./states.ts";
import { Suspects } from "./suspects.ts";

/** Due tasks that one claim makes ready at once: a million that fall due together must not hold the thread. */
const PROMOTE_LIMIT = 2000;

const COLUMNS =
  "seq, id, type_no, attempts, max_attempts, backoff, timeout_ms, crashes, brand, batch_no, request_id, created_ms, " +
  "ready_ms, input";

/** Handing out tasks: due ones become ready, then the best of the allowed types are leased. */
export class Claims {
  readonly #state: CoreState;
  readonly #suspects: Suspects;
  readonly #sql: Record<"due" | "promote" | "top" | "keys" | "row" | "take", StatementSync>;

  constructor(state: CoreState) {
    this.#state = state;
    this.#suspects = new Suspects(state, COLUMNS);
    const { db } = state;
    const ready =
      "FROM tasks INDEXED BY tasks_ready WHERE type_no = ? AND state = 1 ORDER BY sort_key, seq LIMIT ?";
    this.#sql = {
      due: db.prepare(
        "SELECT seq, type_no, batch_no, priority, run_at FROM tasks INDEXED BY tasks_delayed " +
          "WHERE state = 2 AND run_at <= ? ORDER BY run_at, seq LIMIT ?",
      ),
      promote: db.prepare("UPDATE tasks SET state = ?, sort_key = ?, ready_ms = ? WHERE seq = ?"),
      top: prepareArrays(db, `SELECT ${COLUMNS} ${ready}`),
      keys: prepareArrays(db, `SELECT sort_key, seq ${ready}`),
      row: prepareArrays(db, `SELECT ${COLUMNS} FROM tasks WHERE seq = ?`),
      take: db.prepare(
        "UPDATE tasks SET state = 3, attempts = attempts + 1, token = ?, boot = ?, started_ms = ?, wait_ms = ? WHERE seq = ?",
      ),
    };
  }

  claim({ max, exceptTypes, ...request }: ClaimRequest): ClaimedTask[] {
    const claimed: ClaimedTask[] = [];
    const nowMs = Math.trunc(request.nowMs);
    if (this.#state.books.paused) return claimed;
    let more: boolean;
    do {
      more = this.#promote(nowMs);
      const turn = this.#suspects.turn();
      if (turn === "none" || max <= 0) return claimed;
      if (turn !== "any") return [this.#take(turn, nowMs, { suspect: true })];
      for (const row of this.#best(max - claimed.length, exceptTypes)) claimed.push(this.#take(row, nowMs));
    } while (more && claimed.length < max);
    return claimed;
  }

  /** Makes due tasks ready; whether there may be more of them. */
  #promote(nowMs: number): boolean {
    const state = this.#state;
    const nextDueMs = state.nextDueMs();
    if (nextDueMs === undefined || nextDueMs > nowMs) return false;
    const rows = this.#sql.due.all(nowMs, PROMOTE_LIMIT);
    const batches = new Set<BatchBook>();
    for (const row of rows) {
      const batch = state.books.batch(row.batch_no as number | null);
      const to = state.entryState(batch);
      const readyMs = Number(row.run_at);
      this.#sql.promote.run(to, state.sortKey(Number(row.priority), readyMs), readyMs, row.seq!);
      state.books.move(state.books.typeByNo(Number(row.type_no)), batch, State.delayed, to);
      state.queuedAgain(Number(row.seq));
      if (batch !== undefined) batches.add(batch);
    }
    for (const batch of batches) state.refill(batch); // when all are held: the best of them goes, not the first due
    state.dueChanged();
    return rows.length === PROMOTE_LIMIT;
  }

  #best(max: number, exceptTypes: string[] | undefined): SqlValue[][] {
    if (max <= 0) return [];
    const types: TypeBook[] = [];
    for (const type of this.#state.books.types()) {
      if (type.counts[State.ready]! > 0 && !exceptTypes?.includes(type.name)) types.push(type);
    }
    if (types.length === 0) return [];
    if (types.length === 1) return this.#sql.top.all(types[0]!.no, max) as unknown as SqlValue[][];
    // Several types: the keys alone from each type's part of the index, merged, then the rows of the winners.
    const keys = types.flatMap((type) => this.#sql.keys.all(type.no, max) as unknown as [number, number][]);
    keys.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return keys.slice(0, max).map(([, seq]) => this.#sql.row.get(seq) as unknown as SqlValue[]);
  }

  #take(row: SqlValue[], nowMs: number, { suspect = false } = {}): ClaimedTask {
    const { books, leases } = this.#state;
    const seq = row[0] as number;
    const taskId = row[1] as string;
    const type = books.typeByNo(row[2] as number);
    const batch = books.batch(row[9] as number | null);
    const token = books.nextToken++;
    const waitMs = Math.max(0, nowMs - (row[12] as number));
    this.#sql.take.run(token, books.boot, nowMs, waitMs, seq);
    books.move(type, batch, State.ready, State.running);
    leases.set(token, { seq, taskId, token, type, batch, cancelRequested: false, suspect });
    return {
      taskId,
      token,
      seq,
      type: type.name,
      inputJson: row[13] as string,
      attempt: (row[3] as number) + 1,
      maxAttempts: row[4] as number,
      backoff: readBackoff(row[5] as string | null),
      timeoutMs: row[6] as number,
      crashes: row[7] as number,
      ...(row[8] === null ? {} : { brand: row[8] as string }),
      ...(batch === undefined ? {} : { batchId: batch.id }),
      ...(row[10] === null ? {} : { requestId: row[10] as string }),
      createdMs: row[11] as number,
      startedMs: nowMs,
      waitMs,
    };
  }
}
