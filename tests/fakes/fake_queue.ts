import { ServiceError } from "../../src/platform/errors.ts";
import { newId, newTaskId } from "../../src/platform/ids.ts";
import type { Limit, StatusCounts, StoredBatch } from "../../src/queue/port.ts";
import type {
  AcceptOptions,
  BatchRequest,
  BulkTaskAnswer,
  BulkTaskRequest,
  Queue,
  QueueStatus,
  TaskEvent,
  TaskQuery,
  TaskRequest,
} from "../../src/queue/service_port.ts";
import { ENDED, type StoredTask, type TaskStatus } from "../../src/queue/task.ts";
import { FakeLimits } from "./fake_limits.ts";
import { matches, storedTask } from "./stored_task.ts";

/** A queue in memory that runs nothing: tests end tasks with `end`. */
export class FakeQueue implements Queue {
  readonly tasks = new Map<string, StoredTask>();
  readonly requests: { request: TaskRequest | BatchRequest; options: AcceptOptions }[] = [];
  readonly bulks: BulkTaskRequest[] = [];
  readonly #batches = new Map<string, StoredBatch>();
  readonly #answers = new Map<string, { fingerprint: string; answer: unknown }>();
  readonly #listeners = new Set<(event: TaskEvent) => void>();
  readonly #limits = new FakeLimits();
  #paused = false;
  #removed = 0;
  #seq = 0;
  /** Signals that long polls were called with. */
  readonly waits: (AbortSignal | undefined)[] = [];

  enqueue(request: TaskRequest, options: AcceptOptions = {}) {
    return this.#once(options, () => {
      this.requests.push({ request, options });
      const taskId = request.taskId ?? newTaskId(request.type, request.brand, Date.now());
      if (this.tasks.has(taskId)) throw new ServiceError("conflict", `There is a task ${taskId} already`);
      const { dependsOn = [], dedup } = request;
      if (dependsOn.some((id) => !this.tasks.has(id))) throw invalid("depends_on", "there is no such task");
      const earlier = dedup && [...this.tasks.values()].findLast((task) => task.dedup?.key === dedup.key);
      if (dedup?.mode === "throttle" && earlier !== undefined) {
        return { taskId: earlier.id, status: earlier.status, deduplicated: true };
      }
      if (dedup?.mode === "reject" && earlier !== undefined && !ENDED.has(earlier.status)) {
        throw new ServiceError("conflict", `Task ${earlier.id} has the dedup key`);
      }
      this.#add(taskId, request);
      return { taskId, status: this.tasks.get(taskId)!.status };
    });
  }

  enqueueBatch(request: BatchRequest, options: AcceptOptions = {}) {
    return this.#once(options, () => {
      this.requests.push({ request, options });
      const batchId = newId("batch");
      const taskIds = request.inputs.map((input) => {
        const taskId = newTaskId(request.type, request.brand, Date.now());
        this.#add(taskId, { ...request, input, webhook: undefined }, batchId);
        return taskId;
      });
      this.#batches.set(batchId, {
        id: batchId,
        createdMs: Date.now(),
        maxConcurrent: request.maxConcurrent,
        brand: request.brand,
        total: taskIds.length,
        counts: this.#counts(),
        onCompleteTaskId: request.onComplete && newTaskId(request.onComplete.type, undefined, Date.now()),
      });
      return { batchId, taskIds, onCompleteTaskId: this.#batches.get(batchId)!.onCompleteTaskId };
    });
  }

  // deno-lint-ignore require-await
  async get(taskId: string): Promise<StoredTask> {
    const task = this.tasks.get(taskId);
    if (task === undefined) throw new ServiceError("not_found", `There is no task ${taskId}`);
    return task;
  }

  async waitForEnd(taskId: string, options: { waitMs: number; signal?: AbortSignal }): Promise<StoredTask> {
    const { waitMs, signal } = options;
    this.waits.push(signal);
    const task = await this.get(taskId);
    if (ENDED.has(task.status)) return task;
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener("abort", aborted);
        resolve();
      };
      const aborted = () => {
        reject(signal!.reason);
        done();
      };
      const timer = setTimeout(done, waitMs);
      const stop = this.subscribe((event) => event.taskId === taskId && done());
      signal?.addEventListener("abort", aborted, { once: true });
    });
    return await this.get(taskId);
  }

  // deno-lint-ignore require-await
  async list(query: TaskQuery) {
    const all = this.#matching(query).reverse().filter(({ seq }) =>
      query.cursor === undefined || seq < Number(query.cursor)
    );
    const tasks = all.slice(0, query.limit);
    return { tasks, nextCursor: all.length > tasks.length ? String(tasks.at(-1)!.seq) : undefined };
  }

  async cancel(taskId: string) {
    const task = await this.get(taskId);
    if (ENDED.has(task.status)) {
      throw new ServiceError("conflict", `The task has ended: it is ${task.status}`);
    }
    return this.end(taskId, { status: "cancelled" });
  }

  async retry(taskId: string) {
    const task = await this.get(taskId);
    if (task.status !== "failed" && task.status !== "cancelled") {
      throw new ServiceError("conflict", `The task is ${task.status}`);
    }
    return this.end(taskId, { status: "queued", attempts: 0 });
  }

  async reprioritize(taskId: string, priority: number) {
    const { status } = await this.get(taskId);
    if (ENDED.has(status)) throw new ServiceError("conflict", `The task has ended: it is ${status}`);
    return this.end(taskId, { priority });
  }

  async remove(taskId: string) {
    const { status } = await this.get(taskId);
    if (!ENDED.has(status)) throw new ServiceError("conflict", `The task is ${status}`);
    this.tasks.delete(taskId);
    this.#removed++;
  }

  async bulk(request: BulkTaskRequest): Promise<BulkTaskAnswer> {
    this.bulks.push(request);
    const { action, filter, priority, dryRun = false } = request;
    const takes: Record<BulkTaskRequest["action"], (status: TaskStatus) => boolean> = {
      cancel: (status) => !ENDED.has(status),
      retry: (status) => status === "failed" || status === "cancelled",
      remove: (status) => ENDED.has(status),
      reprioritize: (status) => !ENDED.has(status),
    };
    const matching = this.#matching(filter);
    const changing = matching.filter(({ status }) => takes[action](status));
    for (const { id } of dryRun ? [] : changing) {
      if (action === "reprioritize") await this.reprioritize(id, priority!);
      else await this[action](id);
    }
    return { matched: matching.length, changed: changing.length };
  }

  // deno-lint-ignore require-await
  async getBatch(batchId: string): Promise<StoredBatch> {
    const batch = this.#batches.get(batchId);
    if (batch === undefined) throw new ServiceError("not_found", `There is no batch ${batchId}`);
    return { ...batch, counts: this.#counts(batchId) };
  }

  async listBatches(page: { cursor?: string; limit: number }) {
    const all = [...this.#batches.keys()].reverse();
    const at = page.cursor === undefined ? 0 : all.indexOf(page.cursor) + 1;
    const ids = all.slice(at, at + page.limit);
    const batches = await Promise.all(ids.map((id) => this.getBatch(id)));
    return { batches, nextCursor: at + page.limit < all.length ? ids.at(-1) : undefined };
  }

  async batchResults(batchId: string, page: { cursor?: string; limit: number }) {
    await this.getBatch(batchId);
    const after = Number(page.cursor ?? 0);
    const all = [...this.tasks.values()].filter((task) => task.batchId === batchId && task.seq > after);
    const tasks = all.slice(0, page.limit);
    return { tasks, nextCursor: all.length > tasks.length ? String(tasks.at(-1)!.seq) : undefined };
  }

  async cancelBatch(batchId: string) {
    await this.getBatch(batchId);
    const open = [...this.tasks.values()].filter((t) => t.batchId === batchId && !ENDED.has(t.status));
    for (const task of open) this.end(task.id, { status: "cancelled" });
    return { cancelled: open.length, cancelling: 0 };
  }

  // deno-lint-ignore require-await
  async pause(key?: string) {
    if (key === undefined) this.#paused = true;
    else this.#limits.setPaused(key, true);
  }

  // deno-lint-ignore require-await
  async resume(key?: string) {
    if (key === undefined) this.#paused = false;
    else this.#limits.setPaused(key, false);
  }

  // deno-lint-ignore require-await
  async limits() {
    return this.#limits.all();
  }

  // deno-lint-ignore require-await
  async getLimit(key: string) {
    return this.#limits.get(key);
  }

  // deno-lint-ignore require-await
  async setLimit(limit: Limit) {
    return this.#limits.set(limit);
  }

  // deno-lint-ignore require-await
  async removeLimit(key: string) {
    this.#limits.remove(key);
  }

  // deno-lint-ignore require-await
  async status(): Promise<QueueStatus> {
    return {
      accepted: this.tasks.size,
      counts: this.#counts(),
      byType: {},
      paused: this.#paused,
      pausedKeys: this.#limits.pausedKeys(),
      removed: this.#removed,
      recovered: 0,
      running: true,
      workers: 4,
      busy: 0,
      oldestQueuedS: null,
      throughputPerS: 0,
    };
  }

  subscribe(listener: (event: TaskEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes a task and tells the listeners, as the dispatcher would. */
  end(taskId: string, change: Partial<StoredTask>): StoredTask {
    const task = { ...this.tasks.get(taskId)!, ...change };
    this.tasks.set(taskId, task);
    const { type, status, attempts: attempt, batchId, brand, error } = task;
    const { progress } = change;
    for (const listener of this.#listeners) {
      listener({ taskId, type, status, attempt, batchId, brand, error, progress, atMs: Date.now() });
    }
    return task;
  }

  #matching(filter: BulkTaskRequest["filter"]): StoredTask[] {
    return [...this.tasks.values()].filter((task) => matches(task, filter));
  }

  #add(id: string, request: TaskRequest, batchId?: string): void {
    const pending = request.dependsOn?.filter((each) => !ENDED.has(this.tasks.get(each)!.status)).length ?? 0;
    this.tasks.set(id, storedTask(id, request, { seq: ++this.#seq, batchId, pending }));
  }

  // deno-lint-ignore require-await
  async #once<T extends object>(options: AcceptOptions, create: () => T): Promise<T & { replayed: boolean }> {
    const { idempotency } = options;
    const earlier = idempotency && this.#answers.get(idempotency.key);
    if (idempotency && earlier) {
      if (earlier.fingerprint !== idempotency.fingerprint) {
        throw new ServiceError("conflict", "The idempotency key was used with another request");
      }
      return { ...earlier.answer as T, replayed: true };
    }
    const answer = create();
    if (idempotency) this.#answers.set(idempotency.key, { fingerprint: idempotency.fingerprint, answer });
    return { ...answer, replayed: false };
  }

  #counts(batchId?: string): StatusCounts {
    const counts = { queued: 0, delayed: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const task of this.tasks.values()) {
      if (batchId === undefined || task.batchId === batchId) counts[task.status]++;
    }
    return counts;
  }
}

function invalid(path: string, message: string): ServiceError {
  return new ServiceError("invalid_request", `${path} ${message}`, { fields: [{ path, message }] });
}
