import type {
  AbortReason,
  Attempt,
  Outcome,
  PoolEvents,
  PoolStatus,
  WorkerPool,
} from "../../src/workers/port.ts";

export interface FakePoolOptions {
  /** @default 4 */
  io?: number;
  /** @default 1 */
  cpu?: number;
  /** Types that take a CPU-bound place. @default none */
  cpuTypes?: string[];
  /**
   * What becomes of an attempt, in the next turn of the loop; undefined leaves it in hand until `settle`.
   * @default leaves everything in hand
   */
  handler?: (attempt: Attempt) => Outcome | undefined;
}

/** A pool without workers: attempts stay in hand until the test, or the handler, says how they ended. */
export class FakePool implements WorkerPool {
  readonly runs: Attempt[] = [];
  readonly aborts: { taskId: string; reason: AbortReason }[] = [];
  readonly inHand = new Map<string, Attempt>();
  io: number;
  cpu: number;
  readonly #events: PoolEvents;
  readonly #options: FakePoolOptions;
  #queue: Attempt[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(events: PoolEvents, options: FakePoolOptions = {}) {
    this.#events = events;
    this.#options = options;
    this.io = options.io ?? 4;
    this.cpu = options.cpu ?? 1;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  capacity(): { io: number; cpu: number } {
    const { cpuTypes } = this.#options;
    let cpuInHand = 0;
    if (cpuTypes !== undefined) {
      for (const { type } of this.inHand.values()) if (cpuTypes.includes(type)) cpuInHand++;
    }
    return { io: this.io - this.inHand.size, cpu: this.cpu - cpuInHand };
  }

  run(attempts: Attempt[]): void {
    for (const attempt of attempts) {
      if (this.inHand.has(attempt.taskId)) throw new Error(`${attempt.taskId} is in hand already`);
      this.runs.push(attempt);
      this.inHand.set(attempt.taskId, attempt);
    }
    if (this.inHand.size > this.io) throw new Error(`${this.inHand.size} in hand, room for ${this.io}`);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => this.runs.length < count || resolve());
    if (this.#options.handler === undefined) return;
    if (this.#queue.length === 0) setImmediate(() => this.#handle());
    this.#queue.push(...attempts);
  }

  abort(taskId: string, reason: AbortReason): void {
    this.aborts.push({ taskId, reason });
    if (this.inHand.has(taskId)) this.settle(taskId, { kind: "aborted", reason, runMs: 1 });
  }

  /** Ends an attempt that is in hand. */
  settle(taskId: string, outcome: Outcome = { kind: "completed", resultJson: "{}", runMs: 1 }): void {
    const attempt = this.inHand.get(taskId);
    if (attempt === undefined) throw new Error(`${taskId} is not in hand`);
    this.inHand.delete(taskId);
    this.#events.onSettled(attempt, outcome);
    this.#events.onCapacity();
  }

  progress(taskId: string, done: number, total: number): void {
    this.#events.onProgress(this.inHand.get(taskId)!, { done, total });
  }

  /** Resolves once `count` attempts have begun in all. */
  began(count: number): Promise<void> {
    if (this.runs.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  resize(count: number): Promise<void> {
    this.io = count;
    this.#events.onCapacity();
    return Promise.resolve();
  }

  status(): PoolStatus {
    const sandboxes = { alive: 0, killed: 0 };
    const busy = this.inHand.size > 0 ? 1 : 0;
    return { workers: 1, alive: 1, busy, inHand: this.inHand.size, replaced: 0, abandoned: 0, sandboxes };
  }

  stop(): Promise<void> {
    for (const taskId of [...this.inHand.keys()]) this.abort(taskId, "shutdown");
    return Promise.resolve();
  }

  #handle(): void {
    const attempts = this.#queue;
    this.#queue = [];
    for (const attempt of attempts) {
      const outcome = this.#options.handler!(attempt);
      if (outcome !== undefined && this.inHand.delete(attempt.taskId)) {
        this.#events.onSettled(attempt, outcome);
      }
    }
    this.#events.onCapacity();
  }
}
