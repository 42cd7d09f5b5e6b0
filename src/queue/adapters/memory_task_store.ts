import { ServiceError } from "../../platform/errors.ts";
import type {
  BatchCancelOutcome,
  CancelOutcome,
  ClaimRequest,
  CompletedEnd,
  EnqueueOutcome,
  EnqueueRequest,
  FailedEnd,
  ListQuery,
  ReleasedEnd,
  StatusCounts,
  StoredBatch,
  StoreSnapshot,
  TaskStore,
} from "../port.ts";
import { type ClaimedTask, ENDED, type Lease, type Progress, type StoredTask } from "../task.ts";
import { Acceptance } from "./memory/acceptance.ts";
import { Board, copyOf, countsOf, noCounts, type Row, startAfresh, type State } from "./memory/board.ts";
import { listBatch, listTasks, readBatch } from "./memory/reads.ts";

export interface MemoryTaskStoreOptions {
  /** Waiting time in milliseconds that is worth one step of priority; 0 switches aging off. @default 60000 */
  agingMs?: number;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

/** The queue in memory: the port in its plainest words, for tests and as the oracle of the durable one. */
export class MemoryTaskStore implements TaskStore {
  readonly capabilities = { durable: false, aging: true, shared: false } as const;
  readonly #clock: () => number;
  readonly #board: Board;
  readonly #acceptance: Acceptance;
  readonly #running = new Map<number, Row>();
  #nextToken = 1;
  #paused = false;
  #closed = false;

  constructor(options: MemoryTaskStoreOptions = {}) {
    const { agingMs = 60_000, clock = Date.now } = options;
    this.#board = new Board(agingMs);
    this.#acceptance = new Acceptance(this.#board);
    this.#clock = clock;
  }

  enqueue(request: EnqueueRequest): Promise<EnqueueOutcome> {
    return this.#do(() => this.#acceptance.enqueue(request, this.#clock()));
  }

  claim({ max, nowMs, exceptTypes }: ClaimRequest): Promise<ClaimedTask[]> {
    return this.#do(() => {
      if (this.#paused) return [];
      for (const row of [...this.#board.set("delayed")]) {
        if (row.task.runAtMs! > nowMs) continue;
        row.readyMs = row.task.runAtMs!;
        this.#board.move(row, "held");
      }
      this.#board.admit();
      const allowed = [...this.#board.set("ready")].filter(({ task }) => !exceptTypes?.includes(task.type));
      return allowed.sort((a, b) => this.#board.compare(a, b)).slice(0, max).map((row) =>
        this.#lease(row, nowMs)
      );
    });
  }

  complete(ends: CompletedEnd[]): Promise<boolean[]> {
    return this.#end(ends, ({ task }, { resultJson, runMs, finishedMs }) => {
      Object.assign(task, { resultJson, runMs: Math.round(runMs), finishedMs, error: undefined });
      task.cancelRequested = undefined;
      return "completed";
    });
  }

  fail(ends: FailedEnd[]): Promise<boolean[]> {
    return this.#end(ends, ({ task }, { error, runMs, finishedMs, next, crashed }) => {
      Object.assign(task, { runMs: Math.round(runMs), finishedMs });
      if (task.cancelRequested) return "cancelled";
      task.error = error;
      if (crashed) task.crashes++;
      if (next === "dead") return "failed";
      task.runAtMs = next.retryAtMs;
      task.progress = undefined;
      return "delayed";
    });
  }

  release(ends: ReleasedEnd[]): Promise<boolean[]> {
    return this.#end(ends, ({ task }, { crashed, retryAtMs }) => {
      if (task.cancelRequested) {
        task.finishedMs = this.#clock();
        return "cancelled";
      }
      if (crashed) task.crashes++;
      task.attempts--;
      task.progress = undefined;
      if (retryAtMs === undefined) return "held";
      task.runAtMs = Math.trunc(retryAtMs);
      return "delayed";
    });
  }

  endCancelled(ends: { lease: Lease; runMs: number }[]): Promise<boolean[]> {
    return this.#end(ends, ({ task }, { runMs }) => {
      Object.assign(task, { runMs: Math.round(runMs), finishedMs: this.#clock() });
      return "cancelled";
    });
  }

  progress(updates: { lease: Lease; progress: Progress }[]): Promise<void> {
    return this.#do(() => {
      for (const { lease, progress } of updates) {
        const row = this.#held(lease);
        if (row !== undefined) row.task.progress = { ...progress };
      }
    });
  }

  cancel(taskId: string): Promise<CancelOutcome> {
    return this.#do(() => {
      const row = this.#board.rows.get(taskId);
      if (row === undefined) return { kind: "not_found" };
      if (ENDED.has(row.task.status)) return { kind: "ended", status: row.task.status };
      const lease = this.#cancel(row);
      this.#board.admit();
      return lease === undefined ? { kind: "cancelled" } : { kind: "running", lease };
    });
  }

  cancelBatch(batchId: string): Promise<BatchCancelOutcome | undefined> {
    return this.#do(() => {
      const batch = this.#board.batches.get(batchId);
      if (batch === undefined) return undefined;
      const outcome: BatchCancelOutcome = { cancelled: 0, running: [], ended: [] };
      for (const row of batch.rows.filter(({ task }) => !ENDED.has(task.status))) {
        const lease = this.#cancel(row);
        if (lease !== undefined) outcome.running.push(lease);
        else outcome.ended.push({ taskId: row.task.id, type: row.task.type });
      }
      outcome.cancelled = outcome.ended.length;
      return outcome;
    });
  }

  retry(taskId: string): Promise<"retried" | "not_found" | "not_ended"> {
    return this.#do(() => {
      const row = this.#board.rows.get(taskId);
      if (row === undefined) return "not_found";
      if (row.state !== "failed" && row.state !== "cancelled") return "not_ended";
      startAfresh(row.task);
      row.readyMs = this.#board.readyMs(this.#clock());
      this.#board.move(row, "held");
      this.#board.admit();
      return "retried";
    });
  }

  get(
    taskId: string,
    options: { withResult?: boolean; withInput?: boolean } = {},
  ): Promise<StoredTask | undefined> {
    return this.#do(() => {
      const row = this.#board.rows.get(taskId);
      return row && copyOf(row.task, options);
    });
  }

  list(query: ListQuery): Promise<StoredTask[]> {
    return this.#do(() => listTasks(this.#board, query));
  }

  batchResults(batchId: string, page: { after?: number; limit: number }): Promise<StoredTask[]> {
    return this.#do(() => listBatch(this.#board, batchId, page));
  }

  getBatch(batchId: string): Promise<StoredBatch | undefined> {
    return this.#do(() => readBatch(this.#board, batchId));
  }

  setPaused(paused: boolean): Promise<void> {
    return this.#do(() => void (this.#paused = paused));
  }

  /** Memory is not full before the process ends. */
  writeFault(): undefined {}

  snapshot(): StoreSnapshot {
    const byType: Record<string, StatusCounts> = {};
    for (const { task } of this.#board.rows.values()) (byType[task.type] ??= noCounts())[task.status]++;
    const counts = countsOf(this.#board.rows.values());
    return { accepted: this.#board.rows.size, counts, byType, paused: this.#paused, recovered: 0 };
  }

  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const { task } of this.#board.set("delayed")) next = Math.min(next ?? Infinity, task.runAtMs!);
    return next;
  }

  oldestQueuedMs(): Promise<number | undefined> {
    return this.#do(() => {
      const waiting = [...this.#board.set("held"), ...this.#board.set("ready")].sort((a, b) =>
        a.task.seq - b.task.seq
      );
      return waiting[0]?.task.createdMs;
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  // deno-lint-ignore require-await -- what throws inside must reject
  async #do<T>(work: () => T): Promise<T> {
    if (this.#closed) throw new ServiceError("unavailable", "Cannot use the queue as it is closed");
    return work();
  }

  #end<E extends { lease: Lease }>(ends: E[], apply: (row: Row, end: E) => State): Promise<boolean[]> {
    return this.#do(() =>
      ends.map((end) => {
        const row = this.#held(end.lease);
        if (row === undefined) return false;
        this.#running.delete(end.lease.token);
        row.token = undefined;
        this.#board.move(row, apply(row, end));
        this.#board.admit();
        return true;
      })
    );
  }

  #held({ taskId, token }: Lease): Row | undefined {
    const row = this.#running.get(token);
    return row?.task.id === taskId ? row : undefined;
  }

  #lease(row: Row, nowMs: number): ClaimedTask {
    const { task } = row;
    const token = this.#nextToken++;
    row.token = token;
    this.#running.set(token, row);
    this.#board.move(row, "running");
    task.startedMs = nowMs;
    task.waitMs = Math.max(0, nowMs - row.readyMs);
    task.attempts++;
    return { ...copyOf(task, { withInput: true }), taskId: task.id, token, attempt: task.attempts } as
      & ClaimedTask
      & { startedMs: number };
  }

  /** Cancels a waiting task at once; marks a running one and returns its lease. */
  #cancel(row: Row): Lease | undefined {
    if (row.state === "running") {
      row.task.cancelRequested = true;
      return { taskId: row.task.id, token: row.token! };
    }
    row.task.finishedMs = this.#clock();
    this.#board.move(row, "cancelled");
    return undefined;
  }
}
