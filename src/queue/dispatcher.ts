import { type Clock, SYSTEM_CLOCK } from "../platform/clock.ts";
import { settlesWithin } from "../platform/deadline.ts";
import type { Attempt, Outcome, PoolEvents, WorkerPool } from "../workers/port.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import { Claims } from "./claims.ts";
import type { TaskStore } from "./port.ts";
import { ProgressBook } from "./progress_book.ts";
import type { TaskEvent } from "./service_port.ts";
import type { ClaimedTask, Lease, Progress } from "./task.ts";
import { traceCrash, traceWait } from "./task_traces.ts";
import type { TaskTypes } from "./task_types.ts";
import { type Transition, transitionOf } from "./transitions.ts";

export interface DispatcherOptions {
  store: TaskStore;
  pool: WorkerPool;
  types: TaskTypes;
  /** Its wall clock stamps ends and events. @default SYSTEM_CLOCK */
  clock?: Clock;
  /** 0 <= n < 1, for jitter. @default Math.random */
  random?: () => number;
  /** False where an event of a task that goes on would reach nobody; ends are told always. @default always true */
  eventsWanted?: () => boolean;
  onEvent: (event: TaskEvent) => void;
  /** A result that is in the books, before the event says so: who needs it need not read it back. */
  onResult?: (taskId: string, resultJson: string) => void;
  /** A failure of the books or of a listener, never of a task. */
  onError: (error: unknown, doing: string) => void;
}

/** An attempt from the claim until its end is in the books. */
interface InHand {
  task: ClaimedTask;
  cancelling: boolean;
  /** The pool has given it back; its end is being written. */
  ending: boolean;
}

/**
 * Moves tasks between the store and the pool: keeps the pool's room covered by claims, hands over what they bring, and
 * has outcomes written down. It never polls and knows no times: a claim that waits resolves when a task may run.
 * An end and the claim that fills its place are called in one turn, so one transaction carries both.
 *
 * idle ─start()─► claiming ─stop()─► draining (outcomes are still written) ─close()─► closed
 */
export class Dispatcher {
  readonly poolEvents: PoolEvents;
  readonly #options: DispatcherOptions;
  readonly #clock: Clock;
  readonly #eventsWanted: () => boolean;
  readonly #books: Bookkeeper;
  readonly #progress: ProgressBook;
  readonly #inHand = new Map<number, InHand>();
  /** Tokens that were cancelled before the answer of their claim was here. */
  readonly #cancelledEarly = new Set<number>();
  #claims: Claims | undefined;
  #mode: "idle" | "claiming" | "draining" | "closed" = "idle";
  #closing: Promise<boolean> | undefined;
  #ticking = false;

  constructor(options: DispatcherOptions) {
    const { store, onError, clock = SYSTEM_CLOCK, eventsWanted = () => true } = options;
    this.#options = options;
    this.#clock = clock;
    this.#eventsWanted = eventsWanted;
    this.#books = new Bookkeeper({
      store,
      onError,
      onWritten: (task, transition, held) => this.#onWritten(task, transition, held),
      onRetry: () => this.#wake(),
    });
    this.#progress = new ProgressBook({
      store,
      onError,
      onWritten: (task, progress) => {
        if (this.#eventsWanted()) this.#tell(task, "running", this.#clock.wallMs(), { progress });
      },
    });
    this.poolEvents = {
      onSettled: (attempt, outcome) => this.#onSettled(attempt, outcome),
      onProgress: (attempt, progress) => this.#onProgress(attempt, progress),
      onCapacity: () => this.#wake(),
    };
  }

  start(): void {
    if (this.#mode !== "idle") throw new TypeError(`Cannot start the dispatcher as it is ${this.#mode}`);
    const { store, pool, types, onError } = this.#options;
    this.#claims = new Claims({
      store,
      pool,
      onError,
      cpuTypes: types.names().filter((name) => types.get(name)?.load === "cpu"),
      // Types the file has tasks of and this process does not: they wait for a start that has them.
      exceptTypes: Object.keys(store.snapshot().byType).filter((name) => types.get(name) === undefined),
      onTasks: (tasks) => this.#run(tasks),
      onAnswer: () => this.#wake(),
    });
    this.#mode = "claiming";
    this.#wake();
  }

  /** Stops a running attempt whose cancel is in the books; false where nothing more will be told of it from here. */
  abort(lease: Lease): boolean {
    const held = this.#inHand.get(lease.token);
    if (held === undefined) {
      // One commit may carry a claim and a cancel of what it took, and the cancel be answered first.
      if (this.#claims?.underWay) this.#cancelledEarly.add(lease.token);
      return false;
    }
    held.cancelling = true;
    if (!held.ending) this.#options.pool.abort(lease.taskId, "cancelled");
    return true;
  }

  /** Claims nothing more. What a claim under way still brings is given back at once. */
  async stop(): Promise<void> {
    if (this.#mode === "claiming" || this.#mode === "idle") this.#mode = "draining";
    await this.#claims?.stop();
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
    this.#progress.flush();
    const [written] = await Promise.all([
      this.#books.close(timeoutMs),
      settlesWithin(this.#progress.idle(), timeoutMs),
    ]);
    this.#mode = "closed";
    return written;
  }

  /** Books and claims have something to do. Many calls of one turn make one look. */
  #wake(): void {
    if (this.#ticking || this.#mode === "closed") return;
    this.#ticking = true;
    queueMicrotask(() => {
      this.#ticking = false;
      this.#books.flush();
      this.#claims?.look();
    });
  }

  #onSettled(attempt: Attempt, outcome: Outcome): void {
    const held = this.#inHand.get(attempt.token);
    if (held === undefined || held.ending || this.#mode === "closed") return;
    if (outcome.kind === "crashed") {
      traceCrash(held.task, { startMs: held.task.startedMs, endMs: this.#clock.wallMs() });
    }
    held.ending = true;
    this.#progress.last(attempt.token);
    this.#settle(held.task, outcome, held.cancelling);
  }

  #settle(task: ClaimedTask, outcome: Outcome, cancelling = false): void {
    const { random } = this.#options;
    this.#books.add(task, transitionOf(task, outcome, { nowMs: this.#clock.wallMs(), cancelling, random }));
    this.#wake();
  }

  #run(tasks: ClaimedTask[]): void {
    const { pool, types } = this.#options;
    const attempts: Attempt[] = [];
    const wanted = this.#eventsWanted();
    for (const task of tasks) {
      if (this.#mode !== "claiming") {
        this.#settle(task, { kind: "interrupted", reason: "stopping", runMs: 0 });
      } else if (types.get(task.type) === undefined) {
        const message = `No task type is called "${task.type}" in this process`;
        const error = { code: "handler_error", message, retryable: false } as const;
        this.#settle(task, { kind: "failed", error, runMs: 0 });
      } else {
        this.#inHand.set(task.token, { task, cancelling: false, ending: false });
        attempts.push(attemptOf(task));
        if (task.traceparent !== undefined) traceWait(task, task.traceparent);
        if (wanted) this.#tell(task, "running", task.startedMs);
      }
    }
    if (attempts.length > 0) pool.run(attempts);
    if (this.#cancelledEarly.size === 0) return;
    for (const task of tasks) if (this.#cancelledEarly.delete(task.token)) this.abort(task);
  }

  #onProgress(attempt: Attempt, progress: Progress): void {
    const held = this.#inHand.get(attempt.token);
    if (held === undefined || held.ending || this.#mode === "closed") return;
    this.#progress.note(held.task, progress);
  }

  #onWritten(task: ClaimedTask, transition: Transition, held: boolean): void {
    const { call, status, runMs, error } = transition;
    const cancelled = this.#inHand.get(task.token)?.cancelling && call !== "complete";
    this.#inHand.delete(task.token);
    if (!held) return;
    const atMs = this.#clock.wallMs();
    if (call === "complete") this.#options.onResult?.(task.taskId, transition.end.resultJson);
    // A cancel that came while the end was on its way was in the books first: the store took the end for a cancelled one.
    if (cancelled) this.#tell(task, "cancelled", atMs, { runMs });
    else this.#tell(task, status, atMs, error === undefined ? { runMs } : { runMs, error });
  }

  #tell(task: ClaimedTask, status: TaskEvent["status"], atMs: number, more?: Partial<TaskEvent>): void {
    const { taskId, type, attempt, waitMs, batchId, brand, requestId } = task;
    const event: TaskEvent = { taskId, type, status, attempt, atMs, waitMs };
    if (batchId !== undefined) event.batchId = batchId;
    if (brand !== undefined) event.brand = brand;
    if (requestId !== undefined) event.requestId = requestId;
    this.#options.onEvent(more === undefined ? event : Object.assign(event, more));
  }
}

function attemptOf(task: ClaimedTask): Attempt {
  const attempt: Attempt = {
    taskId: task.taskId,
    token: task.token,
    type: task.type,
    inputJson: task.inputJson,
    attempt: task.attempt,
    timeoutMs: task.timeoutMs,
    exclusive: task.crashes >= 1,
  };
  if (task.brand !== undefined) attempt.brand = task.brand;
  if (task.batchId !== undefined) attempt.batchId = task.batchId;
  if (task.requestId !== undefined) attempt.requestId = task.requestId;
  if (task.traceparent !== undefined) attempt.traceparent = task.traceparent;
  return attempt;
}
