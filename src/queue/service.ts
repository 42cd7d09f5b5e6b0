import { ServiceError } from "../platform/errors.ts";
import type { PoolEvents, WorkerPool } from "../workers/port.ts";
import { page, readCursor } from "./cursor.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Intake } from "./intake.ts";
import type { StoredBatch, TaskStore } from "./port.ts";
import type {
  AcceptedTask,
  AcceptOptions,
  BatchRequest,
  Queue,
  QueueStatus,
  TaskEvent,
  TaskQuery,
  TaskRequest,
} from "./service_port.ts";
import { type Backoff, DEFAULT_BACKOFF, ENDED, type NewTask, type StoredTask } from "./task.ts";
import { TaskEvents } from "./task_events.ts";
import type { TaskTypes } from "./task_types.ts";
import { Throughput } from "./throughput.ts";
import * as check from "./validation.ts";

export interface QueueServiceOptions {
  store: TaskStore;
  /** The pool, or how to make it from the events the queue wants told. Starting and stopping it is the caller's. */
  pool: WorkerPool | ((events: PoolEvents) => WorkerPool);
  types: TaskTypes;
  defaults?: {
    /** @default 3 */
    maxAttempts?: number;
    /** Run time of one attempt in milliseconds. @default 120000 */
    timeoutMs?: number;
    /** @default DEFAULT_BACKOFF */
    backoff?: Partial<Backoff>;
  };
  /** Waiting tasks beyond which a request is refused with `queue_full`. @default 2000000 */
  maxLength?: number;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
  /** 0 <= n < 1, for jitter. @default Math.random */
  random?: () => number;
  /** Told of failures of the books (tried again by themselves) and of subscribers that throw. @default console.error */
  onError?: (error: unknown, doing: string) => void;
}

const MAX_PAGE = 1000;
/** The queue: checks and accepts, answers, cancels, and drives tasks through the pool. See `Queue` for the contract. */
export class QueueService implements Queue {
  /** For the constructor of a pool that is made elsewhere. */
  readonly poolEvents: PoolEvents;
  readonly pool: WorkerPool;
  readonly #store: TaskStore;
  readonly #intake: Intake;
  readonly #clock: () => number;
  readonly #events: TaskEvents;
  readonly #dispatcher: Dispatcher;
  readonly #throughput: Throughput;
  #running = false;

  constructor(options: QueueServiceOptions) {
    const { store, types, defaults = {}, maxLength = 2_000_000, clock = Date.now, random } = options;
    const onError = options.onError ?? ((error, doing) => console.error(`queue: ${doing}`, error));
    this.#store = store;
    this.#clock = clock;
    this.#throughput = new Throughput(clock());
    this.#events = new TaskEvents(onError);
    this.#intake = new Intake({
      store,
      types,
      defaults: {
        maxAttempts: defaults.maxAttempts ?? 3,
        timeoutMs: defaults.timeoutMs ?? 120_000,
        backoff: defaults.backoff === undefined
          ? DEFAULT_BACKOFF
          : { ...DEFAULT_BACKOFF, ...defaults.backoff },
      },
      maxLength,
      clock,
      perS: () => this.#throughput.perS(clock()),
      onAccepted: (tasks, nowMs) => this.#announce(tasks, nowMs),
    });
    let dispatcher: Dispatcher | undefined;
    // A pool made here may call back only after this constructor, but it needs the events before the dispatcher is.
    this.poolEvents = {
      onSettled: (attempt, outcome) => dispatcher?.poolEvents.onSettled(attempt, outcome),
      onProgress: (attempt, progress) => dispatcher?.poolEvents.onProgress(attempt, progress),
      onCapacity: () => dispatcher?.poolEvents.onCapacity(),
    };
    this.pool = typeof options.pool === "function" ? options.pool(this.poolEvents) : options.pool;
    this.#dispatcher = dispatcher = new Dispatcher({
      store,
      pool: this.pool,
      types,
      clock,
      random,
      onError,
      eventsWanted: () => this.#events.wanted,
      onEvent: (event) => this.#emit(event),
    });
  }

  /** Begins to hand tasks to the pool, which must be started. */
  start(): void {
    this.#dispatcher.start();
    this.#running = true;
  }

  /** Hands out nothing more; outcomes are still written down. Accepting is the caller's to stop. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#dispatcher.stop();
  }

  /** After the pool has stopped: resolves once every outcome is in the books; false where `timeoutMs` was not enough. */
  close(options: { timeoutMs?: number } = {}): Promise<boolean> {
    return this.#dispatcher.close(options);
  }

  enqueue(
    request: TaskRequest,
    options: AcceptOptions = {},
  ): Promise<AcceptedTask> {
    return this.#intake.enqueue(request, options);
  }

  enqueueBatch(
    request: BatchRequest,
    options: AcceptOptions = {},
  ): Promise<{ batchId: string; taskIds: string[]; replayed: boolean }> {
    return this.#intake.enqueueBatch(request, options);
  }

  async get(taskId: string, options: { withInput?: boolean } = {}): Promise<StoredTask> {
    const task = await this.#store.get(taskId, { withResult: true, ...options });
    if (task === undefined) throw notFound("task", taskId);
    return task;
  }

  async waitForEnd(
    taskId: string,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<StoredTask> {
    const { waitMs, signal } = options;
    signal?.throwIfAborted();
    using waiter = this.#events.waiter(taskId); // before the look: an end between the two must not be missed
    const task = await this.get(taskId);
    if (ENDED.has(task.status) || waitMs <= 0) return task;
    await endOrTimeout(waiter.ended, waitMs, signal);
    return await this.get(taskId);
  }

  async list(query: TaskQuery): Promise<{ tasks: StoredTask[]; nextCursor?: string }> {
    const { limit, cursor, ...filters } = query;
    const findings = new check.Findings();
    check.checkPage(limit, MAX_PAGE, findings);
    check.checkStatus(query.status, findings);
    findings.throwIfAny();
    const tasks = await this.#store.list({ ...filters, limit: limit + 1, before: readCursor(cursor) });
    return page(tasks, limit);
  }

  async cancel(taskId: string): Promise<StoredTask> {
    const outcome = await this.#store.cancel(taskId);
    switch (outcome.kind) {
      case "not_found":
        throw notFound("task", taskId);
      case "ended":
        throw new ServiceError(
          "conflict",
          `Cannot cancel task ${taskId} as it has ended: it is ${outcome.status}`,
        );
      case "running": {
        const inHand = this.#dispatcher.abort(outcome.lease);
        const task = await this.get(taskId);
        // Its end was being written when the cancel came: the store took it for cancelled, the dispatcher did not know.
        if (!inHand && ENDED.has(task.status)) this.#tell(task);
        return task;
      }
      case "cancelled": {
        const task = await this.get(taskId);
        this.#tell(task);
        this.#dispatcher.wake(); // its batch may have let another one through
        return task;
      }
    }
  }

  async retry(taskId: string): Promise<StoredTask> {
    const outcome = await this.#store.retry(taskId);
    if (outcome === "not_found") throw notFound("task", taskId);
    const task = await this.get(taskId);
    if (outcome === "not_ended") {
      throw new ServiceError(
        "conflict",
        `Cannot retry task ${taskId} as it must be failed or cancelled: it is ${task.status}`,
      );
    }
    this.#tell(task);
    this.#dispatcher.wake();
    return task;
  }

  async getBatch(batchId: string): Promise<StoredBatch> {
    const batch = await this.#store.getBatch(batchId);
    if (batch === undefined) throw notFound("batch", batchId);
    return batch;
  }

  async batchResults(
    batchId: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<{ tasks: StoredTask[]; nextCursor?: string }> {
    const findings = new check.Findings();
    check.checkPage(limit, MAX_PAGE, findings);
    findings.throwIfAny();
    const after = readCursor(cursor);
    const [, tasks] = await Promise.all([
      this.getBatch(batchId),
      this.#store.batchResults(batchId, { after, limit: limit + 1 }),
    ]);
    return page(tasks, limit);
  }

  async cancelBatch(batchId: string): Promise<{ cancelled: number; cancelling: number }> {
    const outcome = await this.#store.cancelBatch(batchId);
    if (outcome === undefined) throw notFound("batch", batchId);
    for (const lease of outcome.running) this.#dispatcher.abort(lease);
    const atMs = this.#clock();
    for (const { taskId, type } of outcome.ended) {
      this.#emit({ taskId, type, status: "cancelled", batchId, attempt: 0, atMs });
    }
    return { cancelled: outcome.cancelled, cancelling: outcome.running.length };
  }

  async pause(): Promise<void> {
    await this.#store.setPaused(true);
  }

  async resume(): Promise<void> {
    await this.#store.setPaused(false);
    this.#dispatcher.wake();
  }

  async status(): Promise<QueueStatus> {
    const oldestMs = await this.#store.oldestQueuedMs();
    const pool = this.pool.status();
    const nowMs = this.#clock();
    return {
      ...this.#store.snapshot(),
      running: this.#running,
      workers: pool.workers,
      busy: pool.busy,
      oldestQueuedS: oldestMs === undefined ? null : Math.max(0, nowMs - oldestMs) / 1000,
      throughputPerS: this.#throughput.perS(nowMs),
      writeFault: this.#store.writeFault(),
    };
  }

  subscribe(listener: (event: TaskEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  #announce(tasks: NewTask[], nowMs: number): void {
    this.#dispatcher.wake();
    if (!this.#events.wanted) return;
    for (const { id: taskId, type, batchId, brand, requestId, runAtMs } of tasks) {
      const status = runAtMs !== undefined && runAtMs > nowMs ? "delayed" : "queued";
      this.#emit({ taskId, type, status, batchId, brand, requestId, attempt: 0, atMs: nowMs });
    }
  }

  #tell(task: StoredTask): void {
    const { id: taskId, type, status, batchId, brand, requestId, attempts: attempt } = task;
    this.#emit({ taskId, type, status, batchId, brand, requestId, attempt, atMs: this.#clock() });
  }

  #emit(event: TaskEvent): void {
    if (ENDED.has(event.status)) this.#throughput.record(event.atMs, 1);
    this.#events.emit(event);
  }
}

function notFound(what: "task" | "batch", id: string): ServiceError {
  return new ServiceError("not_found", `There is no ${what} ${id}`);
}

async function endOrTimeout(ended: Promise<void>, waitMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal!.reason);
  const timer = setTimeout(resolve, waitMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([ended, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
