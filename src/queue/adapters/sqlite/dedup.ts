import type { StatementSync } from "node:sqlite";
import type { TaskFailure } from "../../../platform/errors.ts";
import type { EnqueueOutcome } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import type { CoreState } from "./core_state.ts";
import type { Endings } from "./endings.ts";
import { isEnded, State, statusOf } from "./states.ts";

/** At most one task of a key: what the last one of it means for the next. */
export class DedupKeys {
  readonly #state: CoreState;
  readonly #endings: Endings;
  readonly #sql: Record<"last" | "put", StatementSync>;

  constructor(state: CoreState, endings: Endings) {
    this.#state = state;
    this.#endings = endings;
    this.#sql = {
      last: state.db.prepare(
        "SELECT t.seq, t.id, t.state, d.accepted_q FROM dedup d JOIN tasks t ON t.seq = d.seq WHERE d.key = ?",
      ),
      put: state.db.prepare("INSERT OR REPLACE INTO dedup (key, seq, accepted_q) VALUES (?, ?, ?)"),
    };
  }

  /** The answer where the task is not to be accepted, or the task as it is to be. Changes nothing. */
  check(task: NewTask): { refused: EnqueueOutcome } | { task: NewTask; replaces?: number } {
    const { dedup } = task;
    if (dedup === undefined) return { task };
    const { mode, key, windowMs = 0 } = dedup;
    const delayed = mode === "debounce" ? { ...task, delayMs: windowMs, runAtMs: undefined } : task;
    const row = this.#sql.last.get(key);
    if (row === undefined) return { task: delayed };
    const seq = Number(row.seq);
    const runs = this.#state.leases.has(seq);
    const state = runs ? State.running : Number(row.state) as State;
    if (mode === "throttle") {
      if (this.#state.nowMs - Number(row.accepted_q) >= windowMs) return { task };
      return { refused: { kind: "deduplicated", taskId: String(row.id), status: statusOf(state) } };
    }
    if (isEnded(state)) return { task: delayed };
    if (mode === "reject") {
      return { refused: { kind: "conflict", reason: "dedup_key", value: String(row.id) } };
    }
    return runs ? { task: delayed } : { task: delayed, replaces: seq };
  }

  /** To be called once the task is in; `replaces` is from `check`. */
  accepted(task: NewTask, seq: number, replaces: number | undefined): void {
    if (task.dedup === undefined) return;
    this.#sql.put.run(task.dedup.key, seq, this.#state.nowMs);
    if (replaces === undefined) return;
    const error: TaskFailure = {
      code: "cancelled",
      message: `Replaced by ${task.id}`,
      retryable: false,
    };
    this.#endings.endWaiting(replaces, State.cancelled, error);
  }
}
