import type { StatementSync } from "node:sqlite";
import type { NewTask, TaskStatus } from "../../task.ts";
import type { CoreState } from "./core_state.ts";
import { type Endings, endOfChild, OPEN_DEPENDENCIES } from "./endings.ts";
import { isEnded, State, statusOf } from "./states.ts";

/** What a new task's dependencies mean for it. */
export interface Waits {
  parents: number[];
  /** Those that have not ended. */
  pending: number;
  /** The first that ended badly, where that ends the task. */
  broken?: { id: string; status: TaskStatus };
  choice: "fail" | "cancel" | "run";
}

export function isUnknown(waits: Waits | { unknown: string }): waits is { unknown: string } {
  return "unknown" in waits;
}

/** Who waits for whom, as it is accepted or retried; what an end means for those who wait is `Endings`'. */
export class Dependencies {
  readonly #state: CoreState;
  readonly #endings: Endings;
  readonly #sql: Record<"find" | "put" | "open", StatementSync>;

  constructor(state: CoreState, endings: Endings) {
    this.#state = state;
    this.#endings = endings;
    const { db } = state;
    this.#sql = {
      find: db.prepare("SELECT seq, state FROM tasks WHERE id = ?"),
      put: db.prepare("INSERT OR IGNORE INTO dependencies (parent, child) VALUES (?, ?)"),
      open: db.prepare(OPEN_DEPENDENCIES),
    };
  }

  look(task: NewTask): Waits | { unknown: string } {
    const waits: Waits = { parents: [], pending: 0, choice: task.onDependencyFailure ?? "fail" };
    for (const id of new Set(task.dependsOn)) {
      const row = this.#sql.find.get(id);
      if (row === undefined) return { unknown: id };
      const state = Number(row.state) as State;
      waits.parents.push(Number(row.seq));
      if (!isEnded(state)) waits.pending++;
      else if (state !== State.completed && waits.choice !== "run") {
        waits.broken ??= { id, status: statusOf(state) };
      }
    }
    return waits;
  }

  /**
   * To be called once all tasks of the request are in: one that ends at once with its dependency must find those that
   * depend on it, and must not look like the end of its batch.
   */
  accepted(waiting: readonly [seq: number, waits: Waits][]): void {
    for (const [seq, { parents }] of waiting) {
      for (const parent of parents) this.#sql.put.run(parent, seq);
      this.#state.dependencies += parents.length;
    }
    for (const [seq, { broken, choice }] of waiting) {
      if (broken !== undefined && choice !== "run") {
        this.#endings.endWaiting(seq, ...endOfChild(choice, broken.id, broken.status));
      }
    }
  }

  /** Dependencies of a task that have not ended. */
  pendingOf(seq: number): number {
    return this.#state.dependencies === 0 ? 0 : Number(this.#sql.open.get(seq)!.n);
  }
}
