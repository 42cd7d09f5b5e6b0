import { ServiceError } from "../../src/platform/errors.ts";
import type { Schedule, Schedules, ScheduleSpec } from "../../src/queue/schedule.ts";

/** Schedules in memory that never fire by themselves. Every cron expression means "once an hour". */
export class FakeSchedules implements Schedules {
  readonly specs: ScheduleSpec[] = [];
  readonly #schedules = new Map<string, Schedule>();

  // deno-lint-ignore require-await
  async put(spec: ScheduleSpec) {
    this.specs.push(spec);
    const earlier = this.#schedules.get(spec.id);
    const nowMs = Date.now();
    const schedule: Schedule = {
      fired: 0,
      skipped: 0,
      createdMs: nowMs,
      ...earlier,
      ...spec,
      updatedMs: nowMs,
      nextMs: spec.paused ? undefined : this.nextSlots(spec, 1)[0],
    };
    this.#schedules.set(spec.id, schedule);
    return { schedule, created: earlier === undefined };
  }

  // deno-lint-ignore require-await
  async get(id: string): Promise<Schedule> {
    const schedule = this.#schedules.get(id);
    if (schedule === undefined) throw new ServiceError("not_found", `There is no schedule ${id}`);
    return schedule;
  }

  // deno-lint-ignore require-await
  async list() {
    return [...this.#schedules.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  async remove(id: string) {
    await this.get(id);
    this.#schedules.delete(id);
  }

  async setPaused(id: string, paused: boolean) {
    const { schedule } = await this.put({ ...await this.get(id), paused });
    return schedule;
  }

  async trigger(id: string) {
    const schedule = await this.get(id);
    const taskId = `sched_${id}_${schedule.fired + 1}`;
    this.#schedules.set(id, {
      ...schedule,
      fired: schedule.fired + 1,
      lastTaskId: taskId,
      lastSlotMs: Date.now(),
    });
    return { taskId };
  }

  nextSlots({ cron, everyS }: Pick<ScheduleSpec, "cron" | "timeZone" | "everyS">, count: number): number[] {
    if (cron !== undefined && cron.split(" ").length < 5) {
      const fields = [{ path: "cron", message: "must be a cron expression" }];
      throw new ServiceError("invalid_request", "cron must be a cron expression", { fields });
    }
    const stepMs = everyS === undefined ? 3_600_000 : everyS * 1000;
    const nowMs = Date.now();
    const firstMs = everyS === undefined ? Math.ceil((nowMs + 1) / stepMs) * stepMs : nowMs + stepMs;
    return Array.from({ length: count }, (_, i) => firstMs + i * stepMs);
  }
}
