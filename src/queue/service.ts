import { type Clock, SYSTEM_CLOCK } from "../platform/clock.ts";
import type { PoolEvents, WorkerPool } from "../workers/port.ts";
import { Announcer } from "./announcer.ts";
import { Control } from "./control.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Intake } from "./intake.ts";
import { QueueLimits } from "./limits.ts";
import type { Limit, LimitState, StoredBatch, TaskChange, TaskStore } from "./port.ts";
import { Reads, type TaskPage } from "./reads.ts";
import type * as port from "./service_port.ts";
import { type Backoff, DEFAULT_BACKOFF, ENDED, type NewTask, type StoredTask } from "./task.ts";
import { TaskEvents } from "./task_events.ts";
import { traceScheduled } from "./task_traces.ts";
import type { TaskOrigin } from "./task_maker.ts";
import type { TaskTypes } from "./task_types.ts";
import { Throughput } from "./throughput.ts";

export interface QueueServiceOptions {
  /** Its one listener is this service's. */
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
  /** @default SYSTEM_CLOCK */
  clock?: Clock;
  /** 0 <= n < 1, for jitter. @default Math.random */
  random?: () => number;
  /** Told of failures of the books (tried again by themselves) and of subscribers that throw. @default console.error */
  onError?: (error: unknown, doing: string) => void;
}

/** The queue: checks and accepts, answers, controls, and drives tasks through the pool. See `Queue` for the contract. */
export class QueueService implements port.Queue {
  /** For the constructor of a pool that is made elsewhere. */
  readonly poolEvents: PoolEvents;
  readonly pool: WorkerPool;
  readonly #store: TaskStore;
  readonly #announcer: Announcer;
  readonly #intake: Intake;
  readonly #control: Control;
  readonly #limits: QueueLimits;
  readonly #reads: Reads;
  readonly #clock: Clock;
  readonly #events: TaskEvents;
  readonly #dispatcher: Dispatcher;
  readonly #throughput: Throughput;
  readonly #resultListeners = new Set<(taskId: string, resultJson: string) => void>();
  #running = false;

  constructor(options: QueueServiceOptions) {
    const { store, types, defaults = {}, maxLength = 2_000_000, clock = SYSTEM_CLOCK, random } = options;
    const onError = options.onError ?? ((error, doing) => console.error(`queue: ${doing}`, error));
    this.#store = store;
    this.#clock = clock;
    this.#throughput = new Throughput(clock.monoMs());
    this.#events = new TaskEvents(onError);
    this.#limits = new QueueLimits(store);
    this.#reads = new Reads(store, this.#events);
    this.#announcer = new Announcer({
      store,
      wallMs: () => clock.wallMs(),
      wanted: () => this.#events.wanted,
      tell: (change) => this.#tell(change),
      onError,
    });
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
      wallMs: () => clock.wallMs(),
      perS: () => this.#throughput.perS(clock.monoMs()),
      announcer: this.#announcer,
    });
    this.#control = new Control({
      store,
      announcer: this.#announcer,
      abort: (lease) => this.#dispatcher.abort(lease),
      tell: (change) => this.#tell(change),
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
      onResult: (taskId, resultJson) => {
        for (const listener of this.#resultListeners) listener(taskId, resultJson);
      },
    });
    store.listen((changes) => changes.forEach((change) => this.#tell(change)));
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

  enqueue(request: port.TaskRequest, options: port.AcceptOptions = {}): Promise<port.AcceptedTask> {
    return this.#intake.enqueue(request, options);
  }

  enqueueBatch(request: port.BatchRequest, options: port.AcceptOptions = {}): Promise<port.AcceptedBatch> {
    return this.#intake.enqueueBatch(request, options);
  }

  /**
   * The task a request makes, for who has it accepted elsewhere (a schedule's firing) and then says so to `accepted`.
   * @throws {ServiceError} invalid_request
   */
  newTask(request: port.TaskRequest, origin: TaskOrigin): NewTask {
    const task = this.#intake.build(request, origin);
    traceScheduled(task);
    return task;
  }

  /** Tells those who follow of a task of `newTask` that is in the store now. */
  accepted(task: NewTask): void {
    this.#announcer.offered([task]);
    this.#announcer.accepted(task.id);
  }

  get(taskId: string, options: { withInput?: boolean } = {}): Promise<StoredTask> {
    return this.#reads.get(taskId, options);
  }

  waitForEnd(taskId: string, options: { waitMs: number; signal?: AbortSignal }): Promise<StoredTask> {
    return this.#reads.waitForEnd(taskId, options);
  }

  list(query: port.TaskQuery): Promise<TaskPage> {
    return this.#reads.list(query);
  }

  cancel(taskId: string): Promise<StoredTask> {
    return this.#control.cancel(taskId);
  }

  retry(taskId: string): Promise<StoredTask> {
    return this.#control.retry(taskId);
  }

  reprioritize(taskId: string, priority: number): Promise<StoredTask> {
    return this.#control.reprioritize(taskId, priority);
  }

  remove(taskId: string): Promise<void> {
    return this.#control.remove(taskId);
  }

  bulk(request: port.BulkTaskRequest): Promise<port.BulkTaskAnswer> {
    return this.#control.bulk(request);
  }

  listBatches(
    page: { cursor?: string; limit: number },
  ): Promise<{ batches: StoredBatch[]; nextCursor?: string }> {
    return this.#reads.listBatches(page);
  }

  getBatch(batchId: string): Promise<StoredBatch> {
    return this.#reads.getBatch(batchId);
  }

  batchResults(batchId: string, options: { cursor?: string; limit: number }): Promise<TaskPage> {
    return this.#reads.batchResults(batchId, options);
  }

  cancelBatch(batchId: string): Promise<{ cancelled: number; cancelling: number }> {
    return this.#control.cancelBatch(batchId);
  }

  pause(key?: string): Promise<void> {
    return this.#limits.setPaused(true, key);
  }

  resume(key?: string): Promise<void> {
    return this.#limits.setPaused(false, key);
  }

  limits(): Promise<LimitState[]> {
    return this.#limits.list();
  }

  getLimit(key: string): Promise<LimitState> {
    return this.#limits.get(key);
  }

  setLimit(limit: Limit): Promise<LimitState> {
    return this.#limits.set(limit);
  }

  removeLimit(key: string): Promise<void> {
    return this.#limits.remove(key);
  }

  async status(): Promise<port.QueueStatus> {
    const oldestMs = await this.#store.oldestQueuedMs();
    const pool = this.pool.status();
    return {
      ...this.#store.snapshot(),
      running: this.#running,
      workers: pool.workers,
      busy: pool.busy,
      oldestQueuedS: oldestMs === undefined ? null : Math.max(0, this.#clock.wallMs() - oldestMs) / 1000,
      throughputPerS: this.#throughput.perS(this.#clock.monoMs()),
      writeFault: this.#store.writeFault(),
    };
  }

  subscribe(listener: (event: port.TaskEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  /** Told each result of this process's own tasks once it is durable, before its event. Must not throw. */
  followResults(listener: (taskId: string, resultJson: string) => void): () => void {
    this.#resultListeners.add(listener);
    return () => void this.#resultListeners.delete(listener);
  }

  #tell({ attempts, ...change }: TaskChange): void {
    this.#emit({ ...change, attempt: attempts, atMs: this.#clock.wallMs() });
  }

  #emit(event: port.TaskEvent): void {
    if (ENDED.has(event.status)) this.#throughput.record(this.#clock.monoMs(), 1);
    this.#announcer.before(event);
    this.#events.emit(event);
  }
}
