import type { StatementSync } from "node:sqlite";
import type { BulkOutcome, BulkRequest, PurgeRequest, TaskChange } from "../../port.ts";
import type { Control } from "./control.ts";
import type { CoreState } from "./core_state.ts";
import type { Endings } from "./endings.ts";
import type { Reads } from "./reads.ts";
import { State, statusOf } from "./states.ts";

type Row = Record<string, number | string | null>;

const STATE_OF = { completed: State.completed, failed: State.failed, cancelled: State.cancelled } as const;

/** What is done to many tasks: one action on all a filter names, and retention. In steps that the caller repeats. */
export class Bulk {
  readonly #state: CoreState;
  readonly #control: Control;
  readonly #endings: Endings;
  readonly #reads: Reads;
  readonly #sql: Record<"labels" | "aged" | "nth" | "surplus", StatementSync>;

  constructor(state: CoreState, parts: { control: Control; endings: Endings; reads: Reads }) {
    this.#state = state;
    this.#control = parts.control;
    this.#endings = parts.endings;
    this.#reads = parts.reads;
    const { db } = state;
    const ended = "FROM tasks INDEXED BY tasks_ended WHERE state = ?";
    this.#sql = {
      labels: db.prepare(
        "SELECT id, type_no, state, batch_no, brand, request_id, attempts FROM tasks WHERE seq = ?",
      ),
      aged: db.prepare(`SELECT seq ${ended} AND state >= 4 AND finished_ms < ? ORDER BY seq LIMIT ?`),
      nth: db.prepare(`SELECT seq ${ended} AND state >= 4 ORDER BY seq DESC LIMIT 1 OFFSET ?`),
      surplus: db.prepare(`SELECT seq ${ended} AND state >= 4 AND seq <= ? ORDER BY seq LIMIT ?`),
    };
  }

  run({ action, filter, priority, limit, after = 0 }: BulkRequest): BulkOutcome {
    const outcome: BulkOutcome = { matched: 0, changed: 0, running: [], changes: [] };
    const found = this.#reads.match(filter, { after, limit });
    for (const { seq, id } of found) {
      outcome.matched++;
      switch (action) {
        case "cancel": {
          const lease = this.#control.mark(seq);
          if (lease !== undefined) outcome.running.push(lease);
          else if (this.#endings.endWaiting(seq, State.cancelled, undefined, { tell: false })) {
            outcome.changes.push(this.#change(seq));
          } else continue;
          break;
        }
        case "retry":
          if (this.#control.retry(id) !== "retried") continue;
          outcome.changes.push(this.#change(seq));
          break;
        case "remove":
          if (!this.#control.removeRow(seq)) continue;
          break;
        case "reprioritize":
          if (this.#control.reprioritize(id, priority ?? 5) !== "changed") continue;
          break;
        case "count":
          continue;
      }
      outcome.changed++;
    }
    const last = found.at(-1);
    if (last !== undefined && found.length === limit) outcome.next = last.seq;
    return outcome;
  }

  purge({ status, endedBeforeMs, keepNewest, limit }: PurgeRequest): number {
    const state = STATE_OF[status];
    let removed = 0;
    const remove = (rows: Row[]) => {
      for (const { seq } of rows) if (this.#control.removeRow(Number(seq))) removed++;
    };
    if (endedBeforeMs !== undefined) remove(this.#sql.aged.all(state, endedBeforeMs, limit) as Row[]);
    if (keepNewest !== undefined && removed < limit && this.#count(state) > keepNewest) {
      const first = this.#sql.nth.get(state, keepNewest);
      if (first !== undefined) remove(this.#sql.surplus.all(state, first.seq!, limit - removed) as Row[]);
    }
    return removed;
  }

  #count(state: State): number {
    return this.#state.books.total()[state]!;
  }

  #change(seq: number): TaskChange {
    const { books } = this.#state;
    const row = this.#sql.labels.get(seq) as Row;
    const change: TaskChange = {
      taskId: String(row.id),
      type: books.typeByNo(Number(row.type_no)).name,
      status: statusOf(Number(row.state)),
      attempts: Number(row.attempts),
    };
    const batchId = books.batch(row.batch_no as number | null)?.id;
    if (batchId !== undefined) change.batchId = batchId;
    if (row.brand !== null) change.brand = String(row.brand);
    if (row.request_id !== null) change.requestId = String(row.request_id);
    return change;
  }
}
