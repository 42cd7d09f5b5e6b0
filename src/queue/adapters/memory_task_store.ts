import { type Clock, SYSTEM_CLOCK } from "../../platform/clock.ts";
import { ServiceError } from "../../platform/errors.ts";
import type * as port from "../port.ts";
import type { ClaimedTask, Lease, Progress, StoredTask } from "../task.ts";
import { Acceptance } from "./memory/acceptance.ts";
import { Board, countsOf, hasEnded } from "./memory/board.ts";
import { purge, runBulk } from "./memory/bulk.ts";
import { Control } from "./memory/control.ts";
import { Flow } from "./memory/flow.ts";
import { Leases } from "./memory/leases.ts";
import { LimitBook } from "./memory/limit_book.ts";
import { Picks } from "./memory/picks.ts";
import { QueueTime } from "./memory/queue_time.ts";
import { countsByType, listBatch, listBatches, listTasks, readBatch, storedTask } from "./memory/reads.ts";
import { ScheduleBook } from "./memory/schedule_book.ts";
import { StandingClaim } from "./memory/standing_claim.ts";

/** A wall clock that is set wakes nobody, so where a task follows it, it is looked at this often. */
const WALL_LOOK_MS = 1000;

export interface MemoryTaskStoreOptions {
  /** Waiting time in milliseconds that is worth one step of priority; 0 switches aging off. @default 60000 */
  agingMs?: number;
  /** @default SYSTEM_CLOCK */
  clock?: Clock;
}

/** The queue in memory: the port in its plainest words, for tests and as the oracle of the durable one. */
export class MemoryTaskStore implements port.TaskStore {
  readonly capabilities = {
    durable: false,
    aging: true,
    fairness: true,
    limits: true,
    shared: false,
  } as const;
  readonly #board = new Board();
  readonly #time: QueueTime;
  readonly #flow: Flow;
  readonly #acceptance: Acceptance;
  readonly #leases: Leases;
  readonly #control: Control;
  readonly #limits: LimitBook;
  readonly #picks: Picks;
  readonly #schedules: ScheduleBook;
  readonly #standing = new StandingClaim();
  #listener: ((changes: port.TaskChange[]) => void) | undefined;
  #recovered = 0;
  #closed = false;

  constructor(options: MemoryTaskStoreOptions = {}) {
    const { agingMs = 60_000, clock = SYSTEM_CLOCK } = options;
    this.#time = new QueueTime(clock);
    this.#flow = new Flow(this.#board, this.#time);
    this.#acceptance = new Acceptance(this.#board, this.#flow, this.#time);
    this.#leases = new Leases(this.#board, this.#flow, this.#time);
    this.#control = new Control(this.#board, this.#flow);
    this.#limits = new LimitBook(this.#board);
    this.#picks = new Picks(this.#board, this.#limits, agingMs);
    this.#schedules = new ScheduleBook(this.#acceptance);
  }

  enqueue(request: port.EnqueueRequest): Promise<port.EnqueueOutcome> {
    return this.#do(() => this.#acceptance.enqueue(request));
  }

  claim(request: port.ClaimRequest): Promise<ClaimedTask[]> {
    this.#standing.end();
    return this.#do(() => {
      const claimed = this.#pick(request);
      return claimed.length === 0 && request.wait ? this.#standing.begin(request) : claimed;
    });
  }

  complete(ends: port.CompletedEnd[]): Promise<boolean[]> {
    return this.#do(() => this.#leases.complete(ends));
  }

  fail(ends: port.FailedEnd[]): Promise<boolean[]> {
    return this.#do(() => this.#leases.fail(ends));
  }

  release(ends: port.ReleasedEnd[]): Promise<boolean[]> {
    return this.#do(() => this.#leases.release(ends));
  }

  endCancelled(ends: { lease: Lease; runMs: number }[]): Promise<boolean[]> {
    return this.#do(() => this.#leases.endCancelled(ends));
  }

  progress(updates: { lease: Lease; progress: Progress }[]): Promise<void> {
    return this.#do(() => this.#leases.progress(updates));
  }

  cancel(taskId: string): Promise<port.CancelOutcome> {
    return this.#do(() => {
      const row = this.#board.rows.get(taskId);
      if (row === undefined) return { kind: "not_found" };
      if (hasEnded(row)) return { kind: "ended", status: row.task.status };
      const lease = this.#control.cancel(row);
      return lease === undefined ? { kind: "cancelled" } : { kind: "running", lease };
    });
  }

  cancelBatch(batchId: string): Promise<port.BatchCancelOutcome | undefined> {
    return this.#do(() => this.#control.cancelBatch(batchId));
  }

  retry(taskId: string): Promise<"retried" | "not_found" | "not_ended"> {
    return this.#do(() => this.#control.retry(this.#board.rows.get(taskId)));
  }

  reprioritize(taskId: string, priority: number): Promise<"changed" | "not_found" | "ended"> {
    return this.#do(() => this.#control.reprioritize(this.#board.rows.get(taskId), priority));
  }

  remove(taskId: string): Promise<"removed" | "not_found" | "not_ended"> {
    return this.#do(() => this.#control.remove(this.#board.rows.get(taskId)));
  }

  bulk(request: port.BulkRequest): Promise<port.BulkOutcome> {
    return this.#do(() => runBulk(this.#board, this.#control, request));
  }

  purge(request: port.PurgeRequest): Promise<number> {
    return this.#do(() => purge(this.#board, request));
  }

  get(
    taskId: string,
    options: { withResult?: boolean; withInput?: boolean } = {},
  ): Promise<StoredTask | undefined> {
    return this.#do(() => {
      const row = this.#board.rows.get(taskId);
      return row && storedTask(row, options);
    });
  }

  list(query: port.ListQuery): Promise<StoredTask[]> {
    return this.#do(() => listTasks(this.#board, query));
  }

  batchResults(batchId: string, page: { after?: number; limit: number }): Promise<StoredTask[]> {
    return this.#do(() => listBatch(this.#board, batchId, page));
  }

  listBatches(query: port.BatchQuery): Promise<port.StoredBatch[]> {
    return this.#do(() => listBatches(this.#board, query));
  }

  getBatch(batchId: string): Promise<port.StoredBatch | undefined> {
    return this.#do(() => readBatch(this.#board, batchId));
  }

  setPaused(paused: boolean, key?: string): Promise<void> {
    return this.#do(() => this.#limits.setPaused(paused, key));
  }

  setLimit(limit: port.Limit): Promise<void> {
    return this.#do(() => this.#limits.set(limit));
  }

  removeLimit(key: string): Promise<boolean> {
    return this.#do(() => this.#limits.remove(key));
  }

  limits(): Promise<port.LimitState[]> {
    return this.#do(() => this.#limits.list());
  }

  putSchedule(schedule: port.StoredSchedule): Promise<void> {
    return this.#do(() => this.#schedules.put(schedule));
  }

  removeSchedule(id: string): Promise<boolean> {
    return this.#do(() => this.#schedules.remove(id));
  }

  schedules(): Promise<port.StoredSchedule[]> {
    return this.#do(() => this.#schedules.list());
  }

  fireSchedule(request: port.FireRequest): Promise<"fired" | "changed"> {
    return this.#do(() => this.#schedules.fire(request));
  }

  snapshot(): port.StoreSnapshot {
    return {
      accepted: this.#board.rows.size,
      counts: countsOf(this.#board.rows.values()),
      byType: countsByType(this.#board),
      paused: this.#limits.paused,
      pausedKeys: this.#limits.pausedKeys,
      removed: this.#board.removed,
      recovered: this.#recovered,
    };
  }

  /** Memory is not full before the process ends. */
  writeFault(): undefined {}

  oldestQueuedMs(): Promise<number | undefined> {
    return this.#do(() => this.#board.all("ready")[0]?.task.createdMs);
  }

  listen(listener: (changes: port.TaskChange[]) => void): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#standing.end();
    this.#standing.wakeIn(undefined, () => {});
    return Promise.resolve();
  }

  /**
   * What a kill and a reopening do, for the tests of the durable store: leases are given back, as if never claimed, and
   * turns are forgotten. Nobody hears of it.
   */
  crash(): void {
    this.#standing.end();
    this.#time.reopen();
    this.#flow.catchUp();
    this.#recovered = this.#leases.recover();
    this.#board.turns.forget();
    this.#board.takeChanges();
  }

  // deno-lint-ignore require-await -- what throws inside must reject
  async #do<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closed) throw new ServiceError("unavailable", "Cannot use the queue as it is closed");
    this.#flow.catchUp();
    const answer = work();
    this.#settle();
    return answer;
  }

  /** After every operation: whoever waits for what it brought about is told, and the timer is set for what comes. */
  #settle(): void {
    const { request } = this.#standing;
    const claimed = request === undefined ? [] : this.#pick(request);
    if (claimed.length > 0) this.#standing.end(claimed);
    this.#time.committed();
    const changes = this.#board.takeChanges();
    if (changes.length > 0) this.#listener?.(changes);
    this.#standing.wakeIn(this.#nextMs(), () => void this.#do(() => {}));
  }

  /** Milliseconds until time alone changes something. */
  #nextMs(): number | undefined {
    const { nowMs } = this.#time;
    const waiting = this.#board.all("ready", "delayed", "waiting");
    const times = waiting.flatMap(({ deadlineMs, dueMs, state }) =>
      state === "delayed" ? [deadlineMs, dueMs] : [deadlineMs]
    );
    if (this.#standing.request !== undefined) times.push(this.#limits.nextFreeMs(nowMs));
    if (waiting.some(({ followsWall }) => followsWall)) times.push(nowMs + WALL_LOOK_MS);
    const next = Math.min(...times.filter((time) => time !== undefined));
    return next === Infinity ? undefined : next - nowMs;
  }

  #pick(request: port.ClaimRequest): ClaimedTask[] {
    const { nowMs } = this.#time;
    if (!this.#limits.paused && request.max > 0) this.#flow.promote();
    return this.#picks.pick(request, nowMs, (row) => {
      this.#limits.started(row, nowMs);
      return this.#leases.take(row);
    });
  }
}
