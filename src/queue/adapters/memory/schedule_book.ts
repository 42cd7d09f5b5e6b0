import { ServiceError } from "../../../platform/errors.ts";
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

  /** @throws {ServiceError} conflict where its task is refused; nothing has changed then */
  fire({ schedule, expectedNextMs, task }: FireRequest): "fired" | "changed" {
    if (this.#schedules.get(schedule.id)?.nextMs !== expectedNextMs) return "changed";
    const kind = task === undefined ? "accepted" : this.#acceptance.enqueue({ tasks: [task] }).kind;
    if (kind !== "accepted") {
      throw new ServiceError(
        "conflict",
        `Cannot fire schedule ${schedule.id} as its task is refused: ${kind}`,
      );
    }
    this.put(schedule);
    return "fired";
  }
}
