import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CoreState } from "./core_state.ts";
import { prepareArrays, type SqlValue } from "./rows.ts";
import { SUSPECT_AFTER } from "./states.ts";

/** Tasks that may be what ends the process, and the rule that such a one runs alone in the whole queue. */
export class Suspects {
  readonly #state: CoreState;
  readonly #sql: Record<"next" | "left", StatementSync>;
  /** Whether there may be any: a queue without suspects asks the file nothing. */
  #any = true;

  constructor(state: CoreState, columns: string) {
    this.#state = state;
    const { db }: { db: DatabaseSync } = state;
    const suspects = `FROM tasks INDEXED BY tasks_suspect WHERE stalls >= ${SUSPECT_AFTER}`;
    this.#sql = {
      next: prepareArrays(db, `SELECT ${columns} ${suspects} AND state = 1 ORDER BY seq LIMIT 1`),
      left: db.prepare(`SELECT 1 AS found ${suspects} AND state < 4 LIMIT 1`),
    };
  }

  /**
   * What a claim may take: `"any"` task; `"none"`, while a suspect runs or waits for the others in hand to end; or the
   * row of the suspect whose turn it is.
   */
  turn(): "any" | "none" | SqlValue[] {
    if (!this.#any) return "any";
    if (this.#sql.left.get() === undefined) {
      this.#any = false; // none can come up while this process lives: only a death makes them
      return "any";
    }
    const { leases } = this.#state;
    if ([...leases.values()].some(({ suspect }) => suspect)) return "none";
    const row = this.#sql.next.get() as unknown as SqlValue[] | undefined;
    if (row === undefined) return "any"; // those there are wait for a time or for their batch
    return leases.size === 0 ? row : "none";
  }
}
