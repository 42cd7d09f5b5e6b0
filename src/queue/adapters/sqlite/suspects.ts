import type { StatementSync } from "node:sqlite";
import type { CoreState } from "./core_state.ts";
import { SUSPECT_AFTER } from "./states.ts";

/** A suspect that is ready to run. */
export interface Suspect {
  seq: number;
  laneNo: number;
  rank: number;
}

/** Tasks that may be what ends the process, and the rule that such a one runs alone in the whole queue. */
export class Suspects {
  readonly #state: CoreState;
  readonly #sql: Record<"next" | "left", StatementSync>;
  /** Whether there may be any: a queue without suspects asks the file nothing. */
  #any = true;

  constructor(state: CoreState) {
    this.#state = state;
    const from = `FROM tasks INDEXED BY tasks_suspect WHERE stalls >= ${SUSPECT_AFTER} AND state < 4`;
    this.#sql = {
      next: state.db.prepare(`SELECT seq, lane, rank ${from} AND state = 1 ORDER BY seq`),
      left: state.db.prepare(`SELECT 1 AS found ${from} LIMIT 1`),
    };
  }

  /**
   * What a claim may take: `"any"` task; `"none"`, while a suspect runs or waits for the others in hand to end; or the
   * suspect whose turn it is.
   */
  turn(): "any" | "none" | Suspect {
    if (!this.#any) return "any";
    if (this.#sql.left.get() === undefined) {
      this.#any = false; // none can come up while this process lives: only a death makes them
      return "any";
    }
    const { leases } = this.#state;
    if ([...leases.values()].some(({ suspect }) => suspect)) return "none";
    const row = this.#sql.next.all().find(({ seq }) => !leases.has(Number(seq)));
    if (row === undefined) return "any"; // those there are wait for a time or for their dependencies
    if (leases.size > 0) return "none";
    return { seq: Number(row.seq), laneNo: Number(row.lane), rank: Number(row.rank) };
  }
}
