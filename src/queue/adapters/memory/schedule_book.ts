import type { FireRequest, StoredSchedule } from "../../port.ts";
import type { Acceptance } from "./acceptance.ts";

/** Schedules as they were given, and their firing, which is a compare-and-set. */
export class ScheduleBook {
  readonly #acceptance: Acceptance;
  readonly #schedules = new Map<string, StoredSchedule>();

  constructor(acceptance: Acceptance) {
    this.#acceptance = acceptance;
  }

  put(schedule: StoredSchedule): void {
    this.#schedules.set(schedule.id, { ...schedule });
  }

  remove(id: string): boolean {
    return this.#schedules.delete(id);
  }

  list(): StoredSchedule[] {
    return [...this.#schedules.values()].sort((a, b) => a.id < b.id ? -1 : 1).map(
      ({ id, specJson, nextMs }) => ({ id, specJson, ...(nextMs === undefined ? {} : { nextMs }) }),
    );
  }

  /** The slot is used up even where the task is refused (its dedup key is taken): that is the rule's own wish. */
  fire({ schedule, expectedNextMs, task }: FireRequest): "fired" | "changed" {
    if (this.#schedules.get(schedule.id)?.nextMs !== expectedNextMs) return "changed";
    this.put(schedule);
    if (task !== undefined) this.#acceptance.enqueue({ tasks: [task] });
    return "fired";
  }
}
