import { notFound } from "./control.ts";
import { page, readBatchCursor, readCursor, writeBatchCursor } from "./cursor.ts";
import { Findings } from "./findings.ts";
import type { StoredBatch, TaskStore } from "./port.ts";
import type { TaskQuery } from "./service_port.ts";
import { ENDED, type StoredTask } from "./task.ts";
import type { TaskEvents } from "./task_events.ts";
import * as check from "./validation.ts";

const MAX_PAGE = 1000;

export interface TaskPage {
  tasks: StoredTask[];
  nextCursor?: string;
}

/** What is asked about tasks and batches, and waiting for an answer to come true. */
export class Reads {
  readonly #store: TaskStore;
  readonly #events: TaskEvents;

  constructor(store: TaskStore, events: TaskEvents) {
    this.#store = store;
    this.#events = events;
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

  async list(query: TaskQuery): Promise<TaskPage> {
    const { limit, cursor, ...filters } = query;
    const findings = new Findings();
    check.checkPage(limit, MAX_PAGE, findings);
    check.checkStatus(query.status, findings);
    findings.throwIfAny();
    const tasks = await this.#store.list({ ...filters, limit: limit + 1, before: readCursor(cursor) });
    return page(tasks, limit);
  }

  async getBatch(batchId: string): Promise<StoredBatch> {
    const batch = await this.#store.getBatch(batchId);
    if (batch === undefined) throw notFound("batch", batchId);
    return batch;
  }

  async listBatches(
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<{ batches: StoredBatch[]; nextCursor?: string }> {
    const findings = new Findings();
    check.checkPage(limit, MAX_PAGE, findings);
    findings.throwIfAny();
    const found = await this.#store.listBatches({ limit: limit + 1, before: readBatchCursor(cursor) });
    if (found.length <= limit) return { batches: found };
    const batches = found.slice(0, limit);
    return { batches, nextCursor: writeBatchCursor(batches.at(-1)!) };
  }

  async batchResults(
    batchId: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<TaskPage> {
    const findings = new Findings();
    check.checkPage(limit, MAX_PAGE, findings);
    findings.throwIfAny();
    const after = readCursor(cursor);
    const [, tasks] = await Promise.all([
      this.getBatch(batchId),
      this.#store.batchResults(batchId, { after, limit: limit + 1 }),
    ]);
    return page(tasks, limit);
  }
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
