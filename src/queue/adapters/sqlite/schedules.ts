import type { StatementSync } from "node:sqlite";
import { ServiceError } from "../../../platform/errors.ts";
import type { FireRequest, StoredSchedule } from "../../port.ts";
import type { CoreState } from "./core_state.ts";
import type { Acceptance } from "./accept.ts";

type Row = Record<string, number | string | null>;

/** Schedules as the file has them. What they mean is the schedule service's. */
export class Schedules {
  readonly #acceptance: Acceptance;
  readonly #sql: Record<"put" | "remove" | "all" | "next", StatementSync>;

  constructor(state: CoreState, acceptance: Acceptance) {
    this.#acceptance = acceptance;
    const { db } = state;
    this.#sql = {
      put: db.prepare("INSERT OR REPLACE INTO schedules (id, spec, next_ms) VALUES (?, ?, ?)"),
      remove: db.prepare("DELETE FROM schedules WHERE id = ?"),
      all: db.prepare("SELECT id, spec, next_ms FROM schedules ORDER BY id"),
      next: db.prepare("SELECT next_ms FROM schedules WHERE id = ?"),
    };
  }

  put({ id, specJson, nextMs }: StoredSchedule): void {
    this.#sql.put.run(id, specJson, nextMs === undefined ? null : Math.trunc(nextMs));
  }

  remove(id: string): boolean {
    return Number(this.#sql.remove.run(id).changes) > 0;
  }

  list(): StoredSchedule[] {
    return (this.#sql.all.all() as Row[]).map(({ id, spec, next_ms }) => ({
      id: String(id),
      specJson: String(spec),
      ...(next_ms === null ? {} : { nextMs: Number(next_ms) }),
    }));
  }

  /** @throws {ServiceError} conflict where its task is refused; nothing has changed then */
  fire({ schedule, expectedNextMs, task }: FireRequest): "fired" | "changed" {
    const row = this.#sql.next.get(schedule.id);
    if (row === undefined || row.next_ms === null || Number(row.next_ms) !== expectedNextMs) return "changed";
    if (task !== undefined) {
      const outcome = this.#acceptance.enqueue({ tasks: [task] });
      if (outcome.kind !== "accepted") {
        throw new ServiceError(
          "conflict",
          `Cannot fire schedule ${schedule.id} as its task is refused: ${outcome.kind}`,
        );
      }
    }
    this.put(schedule);
    return "fired";
  }
}
