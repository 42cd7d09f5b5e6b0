import type { WorkerPool } from "../workers/port.ts";
import type { ClaimRequest, TaskStore } from "./port.ts";
import type { ClaimedTask } from "./task.ts";

export interface ClaimsOptions {
  store: TaskStore;
  pool: WorkerPool;
  /** Types of which a worker takes one at a time. */
  cpuTypes: string[];
  /** Types that must not be claimed. */
  exceptTypes: string[];
  /** What a claim brought, also after `stop`: it has to be given back then. */
  onTasks: (tasks: ClaimedTask[]) => void;
  /** Room may be uncovered now: call `look` again, soon. */
  onAnswer: () => void;
  onError: (error: unknown, doing: string) => void;
}

/** After a claim that failed, so that a store in trouble is not stormed. */
const RETRY_MS = 250;
/** After an empty answer nobody asked for: a store that does not wait must not be asked in a circle. */
const UNASKED_MS = 20;

/**
 * Keeps the pool's room covered by claims, and never claims more than there is room for.
 *
 * The room of claims under way counts as taken. With none under way, one that waits is made for all the room there is.
 * While one is under way, more room gets a claim of its own (which ends the waiting one, if it still waits) only where
 * that is worth it: tasks are known to queue, as the last claim came back full; CPU-bound ones may queue, as the
 * claims under way have no place for them; or the room has more than doubled. So an idle queue costs no claim for
 * every end, and a busy one loses no time between an end and its successor.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  /** Room of the claims under way. */
  #io = 0;
  #cpu = 0;
  #underWay = 0;
  /** A claim that waits is under way, and none that would end it was made since. */
  #waiting = false;
  /** The last claim brought all it asked for. */
  #backlog = false;
  #stopped = false;
  #stopping: Promise<void> | undefined;
  #drained: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Claims whose answer is not here yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Covers what room is not. Cheap: no task is looked at. */
  look(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    const room = this.#options.pool.capacity();
    const io = room.io - this.#io;
    const cpu = Math.max(0, Math.min(io, room.cpu - this.#cpu));
    if (this.#underWay === 0) {
      if (io > 0) this.#claim(io, cpu, true);
    } else if (io > 0 ? this.#isWorthIt(io, cpu) : io < 0 && this.#waiting) {
      this.#claim(Math.max(0, io), cpu, false); // of a pool that shrank: what waits asks for too much, so it is ended
    }
  }

  /** Makes no more claims and ends the one that waits; resolves once none is under way. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#underWay === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    if (this.#waiting) this.#claim(0, 0, false);
    await drained;
  }

  #isWorthIt(io: number, cpu: number): boolean {
    if (this.#backlog) return true;
    if (!this.#waiting) return false; // what is under way is answered soon, and then all the room is looked at
    const forCpu = cpu > 0 && this.#cpu === 0 && this.#options.cpuTypes.length > 0;
    return forCpu || io > this.#io;
  }

  #claim(max: number, cpu: number, wait: boolean): void {
    const { store, cpuTypes, exceptTypes } = this.#options;
    const request: ClaimRequest = { max };
    if (wait) request.wait = true;
    if (exceptTypes.length > 0) request.exceptTypes = exceptTypes;
    if (cpuTypes.length > 0 && cpu < max) request.atMost = { types: cpuTypes, max: cpu };
    this.#io += max;
    this.#cpu += cpu;
    this.#underWay++;
    this.#waiting = wait;
    store.claim(request).then(
      (tasks) => this.#answered(max, cpu, wait, tasks),
      (error: unknown) => this.#failed(max, cpu, wait, error),
    );
  }

  #answered(max: number, cpu: number, wait: boolean, tasks: ClaimedTask[]): void {
    const unasked = wait && this.#waiting && tasks.length === 0;
    this.#over(max, cpu, wait);
    if (max > 0) this.#backlog = tasks.length >= max;
    if (tasks.length > 0) this.#options.onTasks(tasks);
    this.#goOn(unasked ? UNASKED_MS : 0);
  }

  #failed(max: number, cpu: number, wait: boolean, error: unknown): void {
    this.#over(max, cpu, wait);
    this.#options.onError(error, "claiming tasks");
    // A store that cannot end what waits does so when it is closed; nobody is to wait for that here.
    if (this.#stopped) this.#settle();
    this.#goOn(RETRY_MS);
  }

  #over(max: number, cpu: number, wait: boolean): void {
    this.#io -= max;
    this.#cpu -= cpu;
    this.#underWay--;
    if (wait) this.#waiting = false;
  }

  #goOn(afterMs: number): void {
    if (this.#underWay === 0) this.#settle();
    if (this.#stopped) return;
    if (afterMs === 0) return this.#options.onAnswer();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#options.onAnswer();
    }, afterMs);
  }

  #settle(): void {
    this.#drained?.();
  }
}
