import { ServiceError } from "../../src/platform/errors.ts";
import { nextTurn } from "../../src/platform/next_turn.ts";
import type { FireRequest, StoredSchedule } from "../../src/queue/port.ts";
import type { ScheduleSpec } from "../../src/queue/schedule.ts";
import { ScheduleService } from "../../src/queue/schedules/schedule_service.ts";
import { DEFAULT_BACKOFF, type NewTask } from "../../src/queue/task.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A firing as the store saw it. */
export interface Firing {
  taskId: string;
  scheduleId: string;
  slotMs: number;
  wallMs: number;
  monoMs: number;
}

/** The four methods over maps, with writes that fail and a process that ends between any two of them. */
export class ScheduleTable {
  readonly rows = new Map<string, StoredSchedule>();
  readonly tasks = new Map<string, NewTask>();
  /** The process ends at this write from now (1: the next one), before or after its effect. */
  crashAt: { write: number; before: boolean } | undefined;
  crashed = false;
  fault: Error | undefined;
  readonly #onTask: (task: NewTask, schedule: StoredSchedule) => void;

  constructor(onTask: (task: NewTask, schedule: StoredSchedule) => void) {
    this.#onTask = onTask;
  }

  putSchedule(schedule: StoredSchedule): Promise<void> {
    return this.#write(() => void this.rows.set(schedule.id, { ...schedule }));
  }

  removeSchedule(id: string): Promise<boolean> {
    return this.#write(() => this.rows.delete(id));
  }

  schedules(): Promise<StoredSchedule[]> {
    return Promise.resolve([...this.rows.values()].map((row) => ({ ...row })));
  }

  fireSchedule({ schedule, expectedNextMs, task }: FireRequest): Promise<"fired" | "changed"> {
    return this.#write(() => {
      if (this.rows.get(schedule.id)?.nextMs !== expectedNextMs) return "changed";
      if (task !== undefined) {
        if (this.tasks.has(task.id)) throw new ServiceError("conflict", `task_id in use: ${task.id}`);
        this.tasks.set(task.id, task);
        this.#onTask(task, schedule);
      }
      this.rows.set(schedule.id, { ...schedule });
      return "fired";
    });
  }

  async #write<T>(effect: () => T): Promise<T> {
    await Promise.resolve();
    const last = this.crashAt !== undefined && --this.crashAt.write === 0;
    if (this.crashed || (last && this.crashAt?.before)) return await this.#end<T>();
    if (this.fault !== undefined) throw this.fault;
    const result = effect();
    if (last) return await this.#end<T>();
    return result;
  }

  #end<T>(): Promise<T> {
    this.crashed = true;
    return new Promise<T>(() => {}); // who waits for it has died
  }
}

/** A service in a world whose two clocks and timers are moved by hand. */
export class ScheduleWorld {
  wallMs: number;
  monoMs = 5000.25;
  readonly firings: Firing[] = [];
  readonly errors: { message: string; scheduleId?: string }[] = [];
  readonly table = new ScheduleTable((task, schedule) => {
    this.firings.push({
      taskId: task.id,
      scheduleId: schedule.id,
      slotMs: Number(JSON.parse(schedule.specJson).lastSlotMs),
      wallMs: this.wallMs,
      monoMs: this.monoMs,
    });
  });
  service: ScheduleService;
  refuse: Error | undefined;
  #timer: { call: () => void; atMs: number } | undefined;

  constructor(start: string) {
    this.wallMs = Date.parse(start);
    this.service = this.another();
  }

  /** Wall clock times of firings, without the date. */
  get times(): string[] {
    return this.firings.map(({ wallMs }) => new Date(wallMs).toISOString().slice(11, 19));
  }

  /** One more service on the same table; its timer takes the place of the one there is. */
  another(): ScheduleService {
    return new ScheduleService({
      store: this.table,
      newTask: ({ type, input }, { taskId, nowMs }) => {
        if (this.refuse !== undefined) throw this.refuse;
        return { ...TASK, id: taskId, type, inputJson: JSON.stringify(input), createdMs: nowMs };
      },
      onError: (error, { scheduleId }) =>
        void this.errors.push({ message: (error as Error).message, scheduleId }),
      clock: { wallMs: () => this.wallMs, monoMs: () => this.monoMs },
      setTimer: (call, delayMs) => {
        const timer = { call, atMs: this.monoMs + delayMs };
        this.#timer = timer;
        return () => {
          if (this.#timer === timer) this.#timer = undefined;
        };
      },
    });
  }

  /** Lets time pass on both clocks, calling timers when their time comes. */
  async pass(ms: number): Promise<void> {
    const endMs = this.monoMs + ms;
    while (this.#timer !== undefined && this.#timer.atMs <= endMs) {
      const timer: { call: () => void; atMs: number } = this.#timer;
      this.#move(Math.max(0, timer.atMs - this.monoMs));
      this.#timer = undefined;
      timer.call();
      // The service has done its work when it has set its next timer; one that waits for nothing sets none.
      for (let turn = 0; turn < 500 && this.#timer === undefined && !this.table.crashed; turn++) {
        await nextTurn();
      }
    }
    this.#move(endMs - this.monoMs);
  }

  #move(ms: number): void {
    this.monoMs += ms;
    this.wallMs += ms;
  }

  /** Time passes, and timers have to wait. */
  block(ms: number): void {
    this.#move(ms);
  }

  /** The wall clock is set. */
  step(ms: number): void {
    this.wallMs += ms;
  }

  /** `kill -9`: nothing of the process is left. */
  kill(): void {
    this.#timer = undefined;
    this.table.crashed = true;
  }

  async restart(): Promise<void> {
    this.#timer = undefined;
    this.table.crashed = false;
    this.service = this.another();
    const started = this.service.start();
    let settled = false;
    started.finally(() => settled = true);
    while (!settled && !this.table.crashed) await nextTurn();
  }
}

const TASK: Omit<NewTask, "id" | "type" | "inputJson" | "createdMs"> = {
  priority: 5,
  maxAttempts: 1,
  backoff: DEFAULT_BACKOFF,
  timeoutMs: 1000,
};

export function spec(fields: Partial<ScheduleSpec> = {}): ScheduleSpec {
  const when = fields.everyS === undefined ? { cron: "* * * * *" } : {};
  return {
    id: "s",
    ...when,
    ifMissed: "skip",
    paused: false,
    task: { type: "echo", input: { n: 1 } },
    ...fields,
  };
}

/** A world with one schedule, begun. */
export async function worldOf(
  fields: Partial<ScheduleSpec>,
  start = "2026-05-04T12:00:30.000Z",
): Promise<ScheduleWorld> {
  const world = new ScheduleWorld(start);
  await world.service.start();
  await world.service.put(spec(fields));
  return world;
}
