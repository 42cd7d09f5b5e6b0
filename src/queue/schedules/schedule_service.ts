import { type Clock, SYSTEM_CLOCK } from "../../platform/clock.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { Schedule, Schedules, ScheduleSpec } from "../schedule.ts";
import { notFound, ScheduleBook, type ScheduleBookOptions } from "./book.ts";
import { checkedSpec, ruleOf } from "./check_spec.ts";
import { dueInMs, type Now, nowOf } from "./entry.ts";
import { toSchedule } from "./record.ts";

/**
 * The timer never sleeps longer: nothing tells a program that the wall clock was set, it must look. Slots of cron lie on
 * full seconds, so one that a step brings near is as late as a slot can be told to be; and the time of an interval's
 * next firing on disk, which a restart goes by, is wrong for no longer. A look costs a comparison for each schedule.
 */
const LONGEST_SLEEP_MS = 1000;
const MAX_NEXT_SLOTS = 1000;

export interface ScheduleServiceOptions extends ScheduleBookOptions {
  /** Calls once after a time; returns how to call that off. @default setTimeout */
  setTimer?: (call: () => void, delayMs: number) => () => void;
}

/**
 * Enqueues tasks by schedules. Cron follows the wall clock; an interval is measured on the monotonic one, so that setting
 * the clock neither hurries nor delays it. One operation at a time: changes by callers and firings never meet.
 */
export class ScheduleService implements Schedules {
  readonly #options: ScheduleServiceOptions;
  readonly #clock: Clock;
  readonly #book: ScheduleBook;
  #running = false;
  #disarm: (() => void) | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: ScheduleServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#book = new ScheduleBook(options);
  }

  /** Loads the schedules, deals with slots that passed meanwhile and begins to fire. Rejects where the store cannot be read. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#alone(async () => {
        await this.#book.loadAfterDownTime();
        await this.#check();
      });
    } catch (error) {
      this.#running = false;
      throw error;
    }
  }

  /** Fires no more. Resolves once what is being written is written, so that the store may be closed. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#disarm?.();
    this.#disarm = undefined;
    await this.#tail;
  }

  async put(spec: ScheduleSpec): Promise<{ schedule: Schedule; created: boolean }> {
    const checked = checkedSpec(spec, this.#clock.wallMs());
    this.#tryTask(checked);
    return await this.#alone(async () => {
      const now = await this.#ready();
      const old = this.#book.entries.get(checked.id);
      const entry = await this.#book.replace(old, checked, now);
      return { schedule: toSchedule(entry.record, entry.nextMs), created: old === undefined };
    });
  }

  get(id: string): Promise<Schedule> {
    return this.#alone(async () => {
      await this.#ready();
      const { record, nextMs } = this.#book.known(id);
      return toSchedule(record, nextMs);
    });
  }

  list(): Promise<Schedule[]> {
    return this.#alone(async () => {
      await this.#ready();
      const ids = [...this.#book.entries.keys()].sort();
      return ids.map((id) => this.#book.known(id)).map(({ record, nextMs }) => toSchedule(record, nextMs));
    });
  }

  remove(id: string): Promise<void> {
    return this.#alone(async () => {
      await this.#ready();
      const there = await this.#options.store.removeSchedule(id);
      if (!this.#book.entries.delete(id) && !there) throw notFound(id);
    });
  }

  setPaused(id: string, paused: boolean): Promise<Schedule> {
    return this.#alone(async () => {
      const now = await this.#ready();
      let entry = this.#book.known(id);
      if (entry.record.spec.paused !== paused) {
        entry = await this.#book.replace(entry, { ...entry.record.spec, paused }, now);
      }
      return toSchedule(entry.record, entry.nextMs);
    });
  }

  trigger(id: string): Promise<{ taskId: string }> {
    return this.#alone(async () => {
      const now = await this.#ready();
      return { taskId: await this.#book.trigger(this.#book.known(id), now) };
    });
  }

  nextSlots(spec: Pick<ScheduleSpec, "cron" | "timeZone" | "everyS">, count: number): number[] {
    const nowMs = this.#clock.wallMs();
    const rule = ruleOf(spec, nowMs);
    const slots: number[] = [];
    for (let at = rule.next(nowMs); at !== undefined; at = rule.next(at)) {
      if (slots.length >= Math.min(count, MAX_NEXT_SLOTS)) break;
      slots.push(at);
    }
    return slots;
  }

  /** Runs what reads and changes entries, one after the other; afterwards the timer fits what there now is. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work).finally(() => this.#arm());
    this.#tail = done.catch(() => {}); // told to the caller, not to who comes next
    return done;
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    if (!this.#running) return;
    const now = nowOf(this.#clock);
    let delayMs = Infinity;
    for (const entry of this.#book.entries.values()) {
      // One that could not be written is tried again after a second, not in a busy loop.
      const waitMs = entry.faulty ? LONGEST_SLEEP_MS : entry.dirty ? 0 : Math.ceil(dueInMs(entry, now));
      delayMs = Math.min(delayMs, waitMs);
    }
    if (delayMs === Infinity) return;
    const setTimer = this.#options.setTimer ?? systemTimer;
    this.#disarm = setTimer(() => this.#tick(), Math.min(LONGEST_SLEEP_MS, Math.max(0, delayMs)));
  }

  #tick(): void {
    this.#disarm = undefined;
    this.#alone(() => this.#check()).catch((error) => this.#options.onError(error, {}));
  }

  async #check(): Promise<void> {
    if (!this.#running) return;
    const now = this.#book.notice();
    await Promise.all([...this.#book.entries.values()].map(async (entry) => {
      try {
        if (dueInMs(entry, now) <= 0) await this.#book.settle(entry, now);
        else {
          entry.missed = undefined;
          if (entry.dirty) await this.#book.write(entry, entry.record, entry.nextMs, now);
        }
        entry.faulty = false;
      } catch (error) {
        if (!entry.faulty) this.#options.onError(error, { scheduleId: entry.record.spec.id });
        entry.faulty = true;
      }
    }));
  }

  async #ready(): Promise<Now> {
    await this.#book.load();
    return this.#book.notice();
  }

  /** Finds out now, not at the first firing, that the task is refused. */
  #tryTask(spec: ScheduleSpec): void {
    try {
      this.#book.newTask(spec, `sched_${spec.id}_0`, nowOf(this.#clock));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const fields = error.fields?.map(({ path, message }) => ({ path: `task.${path}`, message }));
      throw new ServiceError(error.code, `task: ${error.message}`, { cause: error, fields });
    }
  }
}

function systemTimer(call: () => void, delayMs: number): () => void {
  const timer = setTimeout(call, delayMs);
  return () => clearTimeout(timer);
}
