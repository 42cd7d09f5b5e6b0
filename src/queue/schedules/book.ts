import { type Clock, SYSTEM_CLOCK } from "../../platform/clock.ts";
import { ServiceError } from "../../platform/errors.ts";
import { randomSuffix } from "../../platform/ids.ts";
import type { TaskStore } from "../port.ts";
import type { ScheduleSpec } from "../schedule.ts";
import type { NewTask } from "../task.ts";
import { applyStep, type Entry, loadEntry, type Now, nowOf, setNext } from "./entry.ts";
import { settleEntry, toStored, waitForFirst } from "./entry.ts";
import { type ScheduleRecord, slotTaskId } from "./record.ts";
import type { Settled } from "./settle.ts";
import { WallWatch } from "./wall_watch.ts";

export interface ScheduleBookOptions {
  store: Pick<TaskStore, "putSchedule" | "removeSchedule" | "schedules" | "fireSchedule">;
  /** @throws {ServiceError} invalid_request for a task that is refused */
  newTask: (
    request: ScheduleSpec["task"],
    at: { taskId: string; scheduleId: string; nowMs: number },
  ) => NewTask;
  /** Told of each task once it is in the store. */
  onAccepted?: (task: NewTask) => void;
  /** Told of refused tasks, failing writes (once until one succeeds) and schedules that cannot be read. */
  onError: (error: unknown, at: { scheduleId?: string }) => void;
  /** @default SYSTEM_CLOCK */
  clock?: Clock;
}

/**
 * The schedules in memory and in the store. Which slot comes next is stored with every firing, in one transaction with the
 * task and only where it is still the one expected: whatever crashes when, a slot makes one task. Who calls does one thing
 * at a time; only different entries may be settled side by side.
 */
export class ScheduleBook {
  readonly entries = new Map<string, Entry>();
  readonly #options: ScheduleBookOptions;
  readonly #clock: Clock;
  readonly #watch: WallWatch;
  #loaded = false;

  constructor(options: ScheduleBookOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#watch = new WallWatch(this.#clock);
  }

  /** The time, with every entry put right where the wall clock was set. */
  notice(): Now {
    const stepMs = this.#watch.stepMs();
    const now = nowOf(this.#clock);
    if (stepMs !== 0) {
      for (const entry of this.entries.values()) applyStep(entry, stepMs, now);
    }
    return now;
  }

  /** Fires an entry that is due, or passes over what is not to fire. */
  async settle(entry: Entry, now: Now): Promise<void> {
    // Only what is stored with a next firing can be fired.
    if (entry.storedNextMs === undefined) await this.write(entry, entry.record, entry.nextMs, now);
    await this.#fire(entry, await settleEntry(entry, now), now);
    entry.missed = undefined;
  }

  async #fire(entry: Entry, { fireSlotMs, skipped, nextMs }: Settled, now: Now): Promise<void> {
    const record = { ...entry.record, skipped: entry.record.skipped + skipped };
    if (fireSlotMs === undefined) return void await this.write(entry, record, nextMs, now);
    const taskId = slotTaskId(entry.record, fireSlotMs);
    const refuse = async (error: unknown) => {
      this.#options.onError(error, { scheduleId: record.spec.id });
      await this.write(entry, { ...record, skipped: record.skipped + 1 }, nextMs, now);
    };
    let task: NewTask;
    try {
      task = this.newTask(record.spec, taskId, now);
    } catch (error) {
      return await refuse(error);
    }
    const fired = {
      ...record,
      fired: record.fired + 1,
      lastSlotMs: fireSlotMs,
      lastTaskId: taskId,
      highSlotMs: Math.max(fireSlotMs, record.highSlotMs ?? fireSlotMs),
    };
    try {
      if (await this.write(entry, fired, nextMs, now, task)) entry.firedMonoMs = now.monoMs;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await refuse(error);
    }
  }

  /** Makes a task now, beside the slots. Resolves to its id. @throws {ServiceError} of a task that is refused */
  async trigger(entry: Entry, now: Now): Promise<string> {
    const { id } = entry.record.spec;
    const taskId = `sched_${id}_${Math.floor(now.wallMs / 1000)}-${randomSuffix(8)}`;
    const task = this.newTask(entry.record.spec, taskId, now);
    if (entry.storedNextMs === undefined) {
      // Only what has a next firing can be fired. Should it end here: nobody goes by that of a paused schedule.
      await this.#options.store.putSchedule(toStored(entry.record, now.wallMs));
      entry.storedNextMs = now.wallMs;
    }
    const record = { ...entry.record, fired: entry.record.fired + 1 };
    if (await this.write(entry, record, entry.nextMs, now, task)) return taskId;
    throw new ServiceError("conflict", `Cannot trigger the schedule as it was changed meanwhile: ${id}`);
  }

  /** Stores an entry's new state, with a task or none. False where another has changed it: then that is what it is. */
  async write(
    entry: Entry,
    changed: ScheduleRecord,
    nextMs: number | undefined,
    now: Now,
    task?: NewTask,
  ): Promise<boolean> {
    const { store } = this.#options;
    const record = { ...changed, seenMs: now.wallMs, ...(nextMs === undefined ? {} : { anchorMs: nextMs }) };
    const schedule = toStored(record, nextMs);
    const expectedNextMs = entry.storedNextMs;
    if (expectedNextMs === undefined) {
      await store.putSchedule(schedule);
    } else if (await store.fireSchedule({ schedule, expectedNextMs, task }) === "changed") {
      await this.#reload(record.spec.id, now);
      return false;
    }
    entry.record = record;
    setNext(entry, nextMs, now);
    entry.storedNextMs = nextMs;
    entry.dirty = false;
    if (task !== undefined) this.#tell(task);
    return true;
  }

  #tell(task: NewTask): void {
    try {
      this.#options.onAccepted?.(task);
    } catch (error) {
      this.#options.onError(error, { scheduleId: task.scheduleId }); // the task is accepted all the same
    }
  }

  /** Puts a spec in the place of an entry, or makes one. Counters stay; where the rule does too, so does the next slot. */
  async replace(old: Entry | undefined, spec: ScheduleSpec, now: Now): Promise<Entry> {
    const before = old?.record;
    const { wallMs } = now;
    const sameRule = before !== undefined && before.spec.cron === spec.cron &&
      before.spec.timeZone === spec.timeZone && before.spec.everyS === spec.everyS;
    const entry: Entry = {
      record: {
        ...(before ?? { createdMs: wallMs, fired: 0, skipped: 0 }),
        spec,
        updatedMs: wallMs,
        seenMs: wallMs,
        anchorMs: sameRule ? old?.nextMs ?? before.anchorMs : wallMs,
      },
      firedMonoMs: old?.firedMonoMs,
      dirty: false,
      faulty: false,
    };
    if (sameRule && old?.nextMs !== undefined && !spec.paused) {
      entry.nextMs = old.nextMs;
      entry.dueMonoMs = old.dueMonoMs;
      entry.missed = old.missed;
    } else if (!spec.paused) {
      waitForFirst(entry, now);
    }
    await this.#options.store.putSchedule(toStored(entry.record, entry.nextMs));
    entry.storedNextMs = entry.nextMs;
    entry.dirty = false;
    this.entries.set(spec.id, entry);
    return entry;
  }

  /** Loads anew; slots that came while no process could fire them are missed ones. */
  async loadAfterDownTime(): Promise<void> {
    this.#loaded = false;
    await this.load();
    const untilMs = this.#clock.wallMs();
    for (const entry of this.entries.values()) entry.missed = { fromMs: -Infinity, untilMs };
  }

  async load(): Promise<void> {
    if (this.#loaded) return;
    const all = await this.#options.store.schedules();
    this.#watch.stepMs(); // what is read below is seen from the clock as it now is
    const now = nowOf(this.#clock);
    this.entries.clear();
    for (const stored of all) {
      try {
        this.entries.set(stored.id, loadEntry(stored, now));
      } catch (error) {
        this.#options.onError(error, { scheduleId: stored.id });
      }
    }
    this.#loaded = true;
  }

  async #reload(id: string, now: Now): Promise<void> {
    const stored = (await this.#options.store.schedules()).find((one) => one.id === id);
    if (stored === undefined) this.entries.delete(id);
    else this.entries.set(id, loadEntry(stored, now));
  }

  known(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw notFound(id);
    return entry;
  }

  newTask(spec: ScheduleSpec, taskId: string, now: Now): NewTask {
    const task = this.#options.newTask(spec.task, { taskId, scheduleId: spec.id, nowMs: now.wallMs });
    return { ...task, id: taskId, scheduleId: spec.id };
  }
}

export function notFound(id: string): ServiceError {
  return new ServiceError("not_found", `There is no schedule ${id}`);
}

/** The task itself is at fault, and would be again; whatever else fails may succeed in a second. */
function isRefusal(error: unknown): boolean {
  return error instanceof ServiceError &&
    ["invalid_request", "conflict", "blocked_address"].includes(error.code);
}
