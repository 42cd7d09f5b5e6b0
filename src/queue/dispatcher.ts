import type { Attempt, Outcome, PoolEvents, WorkerPool } from "../workers/port.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import type { TaskStore } from "./port.ts";
import type { TaskEvent } from "./service_port.ts";
import type { ClaimedTask, Lease, Progress } from "./task.ts";
import type { TaskTypes } from "./task_types.ts";
import { transitionOf } from "./transitions.ts";

export interface DispatcherOptions {
  store: TaskStore;
  pool: WorkerPool;
  types: TaskTypes;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
  /** 0 <= n < 1, for jitter. @default Math.random */
  random?: () => number;
  /** False where an event would reach nobody. @default always true */
  eventsWanted?: () => boolean;
  onEvent: (event: TaskEvent) => void;
  /** A failure of the books or of a listener, never of a task. */
  onError: (error: unknown, doing: string) => void;
}

/** The due timer is set anew at least this often, so a wall clock that jumps costs no more than this. */
const MAX_TIMER_MS = 60_000;
const PROGRESS_EVERY_MS = 250;
const RETRY_CLAIM_MS = 250;

/**
 * Moves tasks between the store and the pool: claims what the pool has room for, hands it over, and has outcomes
 * written down. It never polls: it looks when told (enqueued, resumed, room, an end) and at the next due time.
 * An end and the claim that fills its place are called in one tick, so one transaction carries both.
 *
 * idle ─start()─► claiming ─stop()─► draining (outcomes are still written) ─close()─► closed
 */
export class Dispatcher {
  readonly poolEvents: PoolEvents;
  readonly #options: DispatcherOptions;
  readonly #clock: () => number;
  readonly #books: Bookkeeper;
  readonly #inHand = new Map<number, { task: ClaimedTask; cancelling: boolean }>();
  readonly #progress = new Map<number, { lease: Lease; progress: Progress }>();
  readonly #claims = new Set<Promise<void>>();
  #mode: "idle" | "claiming" | "draining" | "closed" = "idle";
  #reserved = { io: 0, cpu: 0 };
  #closing: Promise<boolean> | undefined;
  #ticking = false;
  #lookAgain = false;
  #dueTimer: ReturnType<typeof setTimeout> | undefined;
  #dueAtMs = Infinity;
  /** Types the file has tasks of and this process does not: they wait for a start that has them. */
  #unknownTypes: string[] = [];
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #progressTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#books = new Bookkeeper({
      ...options,
      clock: this.#clock,
      eventsWanted: options.eventsWanted ?? (() => true),
      onRetry: () => this.wake(),
    });
    this.poolEvents = {
      onSettled: (attempt, outcome) => this.#onSettled(attempt, outcome),
      onProgress: (attempt, progress) => this.#onProgress(attempt, progress),
      onCapacity: () => this.wake(),
    };
  }

  start(): void {
    if (this.#mode !== "idle") throw new TypeError(`Cannot start the dispatcher as it is ${this.#mode}`);
    const { store, types } = this.#options;
    this.#unknownTypes = Object.keys(store.snapshot().byType).filter((name) => types.get(name) === undefined);
    this.#mode = "claiming";
    this.wake();
  }

  /** Something may be claimable now. Cheap: many calls of one turn make one look. */
  wake(): void {
    if (this.#ticking || this.#mode === "closed") return;
    this.#ticking = true;
    queueMicrotask(() => {
      this.#ticking = false;
      this.#books.flush();
      this.#claim();
    });
  }

  /** Stops a running attempt whose cancel is in the books; false where it is not in hand any more. */
  abort(lease: Lease): boolean {
    const held = this.#inHand.get(lease.token);
    if (held === undefined) return false;
    held.cancelling = true;
    this.#options.pool.abort(lease.taskId, "cancelled");
    return true;
  }

  /** Claims nothing more. What a claim under way still brings is given back at once. */
  async stop(): Promise<void> {
    if (this.#mode === "claiming" || this.#mode === "idle") this.#mode = "draining";
    this.#clearTimers();
    await Promise.all(this.#claims);
    this.#books.flush();
  }

  /**
   * Ends when every outcome received so far is in the books, or after `timeoutMs` with `false`: leases not ended are
   * put back by the next start.
   */
  close(options: { timeoutMs?: number } = {}): Promise<boolean> {
    return this.#closing ??= this.#close(options.timeoutMs ?? 5000);
  }

  async #close(timeoutMs: number): Promise<boolean> {
    await this.stop();
    this.#flushProgress();
    const written = await this.#books.close(timeoutMs);
    this.#mode = "closed";
    this.#clearTimers();
    return written;
  }

  #onSettled(attempt: Attempt, outcome: Outcome): void {
    const held = this.#inHand.get(attempt.token);
    if (held === undefined || this.#mode === "closed") return;
    const last = this.#progress.get(attempt.token);
    if (last !== undefined) {
      this.#progress.delete(attempt.token);
      this.#writeProgress([last]); // before the end, else it would come too late to count
    }
    this.#inHand.delete(attempt.token);
    this.#settle(held.task, outcome, held.cancelling);
  }

  #settle(task: ClaimedTask, outcome: Outcome, cancelling = false): void {
    const { random } = this.#options;
    this.#books.add(task, transitionOf(task, outcome, { nowMs: this.#clock(), cancelling, random }));
    this.wake();
  }

  #claim(): void {
    if (this.#mode !== "claiming" || this.#retryTimer !== undefined) return;
    const capacity = this.#options.pool.capacity();
    const io = capacity.io - this.#reserved.io;
    const cpu = Math.min(io, Math.max(0, capacity.cpu - this.#reserved.cpu));
    if (io <= 0) {
      this.#lookAgain = this.#reserved.io > 0; // a claim under way may bring less than it may
      return;
    }
    const cpuTypes = this.#cpuTypes();
    if (cpuTypes.length === 0 || cpu >= io) {
      this.#claimSome(io, cpu);
    } else {
      if (cpu > 0) this.#claimSome(cpu, cpu);
      this.#claimSome(io - cpu, 0, cpuTypes);
    }
  }

  #claimSome(max: number, cpu: number, lanesBusy: string[] = []): void {
    const exceptTypes = [...lanesBusy, ...this.#unknownTypes];
    this.#reserved.io += max;
    this.#reserved.cpu += cpu;
    const claim = this.#options.store.claim({ max, nowMs: this.#clock(), exceptTypes }).then(
      (tasks) => {
        this.#reserved.io -= max;
        this.#reserved.cpu -= cpu;
        this.#run(tasks);
        if (this.#lookAgain) {
          this.#lookAgain = false;
          this.wake();
        }
        this.#armDueTimer();
      },
      (error: unknown) => {
        this.#reserved.io -= max;
        this.#reserved.cpu -= cpu;
        this.#options.onError(error, "claiming tasks");
        this.#retryClaim();
      },
    ).finally(() => this.#claims.delete(claim));
    this.#claims.add(claim);
  }

  #run(tasks: ClaimedTask[]): void {
    if (tasks.length === 0) return;
    const { pool, types, eventsWanted = () => true } = this.#options;
    const attempts: Attempt[] = [];
    for (const task of tasks) {
      if (this.#mode !== "claiming") {
        this.#settle(task, { kind: "interrupted", reason: "stopping", runMs: 0 });
      } else if (types.get(task.type) === undefined) {
        const message = `No task type is called "${task.type}" in this process`;
        this.#settle(task, {
          kind: "failed",
          error: { code: "handler_error", message, retryable: false },
          runMs: 0,
        });
      } else {
        this.#inHand.set(task.token, { task, cancelling: false });
        attempts.push(attemptOf(task));
        if (eventsWanted()) this.#books.tell(task, { status: "running", atMs: task.startedMs });
      }
    }
    if (attempts.length > 0) pool.run(attempts);
  }

  #cpuTypes(): string[] {
    const { types } = this.#options;
    return types.names().filter((name) => types.get(name)?.load === "cpu");
  }

  #onProgress(attempt: Attempt, progress: Progress): void {
    const { taskId, token } = attempt;
    if (this.#mode === "closed" || !this.#inHand.has(token)) return;
    this.#progress.set(token, { lease: { taskId, token }, progress });
    this.#progressTimer ??= setTimeout(() => this.#flushProgress(), PROGRESS_EVERY_MS);
  }

  #flushProgress(): void {
    clearTimeout(this.#progressTimer);
    this.#progressTimer = undefined;
    const updates = [...this.#progress.values()];
    this.#progress.clear();
    if (updates.length > 0) this.#writeProgress(updates);
  }

  #writeProgress(updates: { lease: Lease; progress: Progress }[]): void {
    const tasks = updates.map(({ lease }) => this.#inHand.get(lease.token)?.task);
    this.#books.progress(updates, tasks);
  }

  #armDueTimer(): void {
    if (this.#mode !== "claiming") return;
    const { store, pool } = this.#options;
    const dueMs = store.nextDueMs();
    // Without room there is nothing to do at that time: the room that comes free looks again.
    if (dueMs === undefined || pool.capacity().io - this.#reserved.io <= 0 || store.snapshot().paused) return;
    if (this.#dueTimer !== undefined && this.#dueAtMs <= dueMs) return;
    clearTimeout(this.#dueTimer);
    this.#dueAtMs = dueMs;
    const waitMs = Math.min(Math.max(dueMs - this.#clock(), 1), MAX_TIMER_MS);
    this.#dueTimer = setTimeout(() => {
      this.#dueTimer = undefined;
      this.wake();
    }, waitMs);
  }

  #retryClaim(): void {
    if (this.#mode !== "claiming") return;
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      this.wake();
    }, RETRY_CLAIM_MS);
  }

  #clearTimers(): void {
    clearTimeout(this.#dueTimer);
    clearTimeout(this.#retryTimer);
    this.#dueTimer = this.#retryTimer = undefined;
    if (this.#mode === "closed") clearTimeout(this.#progressTimer);
  }
}

function attemptOf(task: ClaimedTask): Attempt {
  return {
    taskId: task.taskId,
    token: task.token,
    type: task.type,
    inputJson: task.inputJson,
    attempt: task.attempt,
    timeoutMs: task.timeoutMs,
    exclusive: task.crashes >= 1,
    ...(task.brand === undefined ? {} : { brand: task.brand }),
    ...(task.requestId === undefined ? {} : { requestId: task.requestId }),
  };
}
