import type { StatementSync } from "node:sqlite";
import type { ClaimRequest } from "../../port.ts";
import { type ClaimedTask, DEFAULT_BACKOFF } from "../../task.ts";
import type { CoreState } from "./core_state.ts";
import { readOptions } from "./options.ts";
import { prepareArrays, type SqlValue } from "./rows.ts";
import { typeKey } from "./scheduler/gates.ts";
import type { Pick } from "./scheduler/scheduler.ts";
import { Suspects } from "./suspects.ts";
import type { Waiting } from "./waiting.ts";

const COLUMNS =
  "seq, id, type_no, attempts, max_attempts, timeout_ms, crashes, brand, batch_no, request_id, created_ms, expires_q, " +
  "options, input";

/** Handing out tasks: due ones become ready, then the scheduler says which are leased. */
export class Claims {
  readonly #state: CoreState;
  readonly #waiting: Waiting;
  readonly #suspects: Suspects;
  readonly #row: StatementSync;

  constructor(state: CoreState, waiting: Waiting) {
    this.#state = state;
    this.#waiting = waiting;
    this.#suspects = new Suspects(state);
    this.#row = prepareArrays(state.db, `SELECT ${COLUMNS} FROM tasks WHERE seq = ?`);
  }

  claim({ max, exceptTypes = [], atMost }: ClaimRequest): ClaimedTask[] {
    const claimed: ClaimedTask[] = [];
    const state = this.#state;
    if (state.books.paused || max <= 0) return claimed;
    this.#waiting.promoteAll();
    const turn = this.#suspects.turn();
    if (turn === "none") return claimed;
    const { scheduler } = state;
    const gatesOf = (types: string[]) => types.map((type) => scheduler.gates.get(typeKey(type)));
    let left = atMost?.max ?? Infinity;
    scheduler.begin(state.nowMs, gatesOf(left > 0 ? exceptTypes : [...exceptTypes, ...atMost!.types]));
    if (turn !== "any") {
      const pick = scheduler.take(turn);
      if (pick !== undefined) return [this.#take(pick, { suspect: true })];
    }
    while (claimed.length < max) {
      const pick = scheduler.pick();
      if (pick === undefined) break;
      const task = this.#take(pick);
      claimed.push(task);
      if (atMost?.types.includes(task.type) && --left === 0) {
        for (const gate of gatesOf(atMost.types)) scheduler.exclude(gate);
      }
    }
    return claimed;
  }

  #take({ seq, laneNo, rank, gates }: Pick, { suspect = false } = {}): ClaimedTask {
    const state = this.#state;
    const { books } = state;
    const row = this.#row.get(seq) as unknown as SqlValue[];
    const type = books.typeByNo(row[2] as number);
    const batch = books.batch(row[8] as number | null);
    const options = readOptions(row[12] as string | null);
    const taskId = row[1] as string;
    const token = books.nextToken++;
    const attempt = (row[3] as number) + 1;
    const startedMs = state.wallMs;
    const waitMs = Math.max(0, state.nowMs - rank);
    books.begins(type, batch, true);
    state.limits.started(gates);
    if (row[11] !== null) state.expiryChanged();
    state.leases.add({
      seq,
      taskId,
      token,
      type,
      batch,
      laneNo,
      rank,
      attempt,
      startedMs,
      waitMs,
      gates,
      cancelRequested: false,
      suspect,
      webhook: options.webhook,
      slot: 0,
    });
    const batchId = batch?.id ?? options.completesBatch;
    return {
      taskId,
      token,
      seq,
      type: type.name,
      inputJson: row[13] as string,
      attempt,
      maxAttempts: row[4] as number,
      backoff: options.backoff ?? DEFAULT_BACKOFF,
      timeoutMs: row[5] as number,
      crashes: row[6] as number,
      ...(row[7] === null ? {} : { brand: row[7] as string }),
      ...(batchId === undefined ? {} : { batchId }),
      ...(row[9] === null ? {} : { requestId: row[9] as string }),
      createdMs: row[10] as number,
      startedMs,
      waitMs,
    };
  }
}
