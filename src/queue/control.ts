import { ServiceError } from "../platform/errors.ts";
import { nextTurn } from "../platform/next_turn.ts";
import type { Announcer } from "./announcer.ts";
import { Findings } from "./findings.ts";
import type { TaskChange, TaskFilter, TaskStore } from "./port.ts";
import type { BulkTaskAnswer, BulkTaskRequest } from "./service_port.ts";
import { ENDED, type Lease, type StoredTask, TASK_STATUSES, type TaskStatus } from "./task.ts";
import * as check from "./validation.ts";

/** Tasks a bulk action looks at before others get their turn of the event loop. */
const BULK_STEP = 500;

/** Which statuses an action can change something about. */
const CHANGEABLE: Readonly<Record<BulkTaskRequest["action"], (status: TaskStatus) => boolean>> = {
  cancel: (status) => !ENDED.has(status),
  retry: (status) => status === "failed" || status === "cancelled",
  remove: (status) => ENDED.has(status),
  reprioritize: (status) => !ENDED.has(status),
};

export interface ControlOptions {
  store: TaskStore;
  announcer: Announcer;
  /** Stops a running attempt whose cancel is in the books; false where nothing more will be told of it. */
  abort: (lease: Lease) => boolean;
  /** Tells those who follow of a status that is durable. */
  tell: (change: TaskChange) => void;
}

/** What a person or a program does to tasks that were accepted: one, a batch, or all that a filter names. */
export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  async cancel(taskId: string): Promise<StoredTask> {
    const { store, abort } = this.#options;
    const outcome = await store.cancel(taskId);
    switch (outcome.kind) {
      case "not_found":
        throw notFound("task", taskId);
      case "ended":
        throw new ServiceError(
          "conflict",
          `Cannot cancel task ${taskId} as it has ended: it is ${outcome.status}`,
        );
      case "running": {
        const willBeTold = abort(outcome.lease);
        const task = await this.#get(taskId);
        // Its end was told as something else, before it was known here that a cancel had been in the books first.
        if (!willBeTold && ENDED.has(task.status)) this.#options.tell(changeOf(task));
        return task;
      }
      case "cancelled": {
        const task = await this.#get(taskId);
        this.#options.tell(changeOf(task));
        return task;
      }
    }
  }

  async cancelBatch(batchId: string): Promise<{ cancelled: number; cancelling: number }> {
    const { store, abort, tell } = this.#options;
    const outcome = await store.cancelBatch(batchId);
    if (outcome === undefined) throw notFound("batch", batchId);
    for (const lease of outcome.running) abort(lease);
    for (const { taskId, type } of outcome.ended) {
      tell({ taskId, type, status: "cancelled", batchId, attempts: 0 });
    }
    return { cancelled: outcome.cancelled, cancelling: outcome.running.length };
  }

  async retry(taskId: string): Promise<StoredTask> {
    const { announcer } = this.#options;
    const before = await this.#get(taskId);
    if (ENDED.has(before.status)) announcer.offeredAgain(before);
    // In one turn: the same commit may lease it anew, and the answer is the task as it was queued.
    const [outcome, task] = await Promise.all([this.#retry(taskId), this.#get(taskId)]);
    if (outcome === "retried") return task;
    throw new ServiceError(
      "conflict",
      `Cannot retry task ${taskId} as it must be failed or cancelled: it is ${task.status}`,
    );
  }

  async #retry(taskId: string): Promise<"retried" | "not_ended"> {
    const { store, announcer } = this.#options;
    let retried = false;
    try {
      const outcome = await store.retry(taskId);
      if (outcome === "not_found") throw notFound("task", taskId);
      retried = outcome === "retried";
      return outcome;
    } finally {
      if (retried) announcer.accepted(taskId);
      else announcer.refused(taskId);
    }
  }

  async reprioritize(taskId: string, priority: number): Promise<StoredTask> {
    const findings = new Findings();
    check.checkPriority(priority, findings);
    findings.throwIfAny();
    const outcome = await this.#options.store.reprioritize(taskId, priority);
    if (outcome === "not_found") throw notFound("task", taskId);
    const task = await this.#get(taskId);
    if (outcome === "changed") return task;
    throw new ServiceError(
      "conflict",
      `Cannot change the priority of task ${taskId} as it has ended: it is ${task.status}`,
    );
  }

  async remove(taskId: string): Promise<void> {
    const outcome = await this.#options.store.remove(taskId);
    if (outcome === "not_found") throw notFound("task", taskId);
    if (outcome === "removed") return;
    const { status } = await this.#get(taskId);
    throw new ServiceError("conflict", `Cannot remove task ${taskId} as it must have ended: it is ${status}`);
  }

  /** One action on all that a filter names, step by step; not one transaction, so part of it holds where it fails. */
  async bulk(request: BulkTaskRequest): Promise<BulkTaskAnswer> {
    const { action, filter, priority, dryRun = false } = request;
    const findings = new Findings();
    findings.oneOf("action", action, Object.keys(CHANGEABLE));
    check.checkStatus(filter.status, findings);
    check.checkPriority(priority, findings);
    if (action === "reprioritize" && priority === undefined) {
      findings.add("priority", "is needed for reprioritize");
    }
    findings.throwIfAny();
    return dryRun
      ? await this.#count(action, filter)
      : await this.#bulk(action, filter, action === "reprioritize" ? priority : undefined);
  }

  /** Status by status: which of the tasks an action could change is a matter of their status alone. */
  async #count(action: BulkTaskRequest["action"], filter: TaskFilter): Promise<BulkTaskAnswer> {
    const answer: BulkTaskAnswer = { matched: 0, changed: 0 };
    for (const status of filter.status === undefined ? TASK_STATUSES : [filter.status]) {
      const { matched } = await this.#bulk("count", { ...filter, status });
      answer.matched += matched;
      if (CHANGEABLE[action](status)) answer.changed += matched;
    }
    return answer;
  }

  async #bulk(
    action: BulkTaskRequest["action"] | "count",
    filter: TaskFilter,
    priority?: number,
  ): Promise<BulkTaskAnswer> {
    const { store, abort, tell } = this.#options;
    const answer: BulkTaskAnswer = { matched: 0, changed: 0 };
    let after: number | undefined;
    for (;;) {
      const step = await store.bulk({ action, filter, priority, limit: BULK_STEP, after });
      answer.matched += step.matched;
      answer.changed += step.changed;
      for (const lease of step.running) abort(lease);
      for (const change of step.changes) tell(change);
      if (step.next === undefined) return answer;
      after = step.next;
      await nextTurn();
    }
  }

  async #get(taskId: string): Promise<StoredTask> {
    const task = await this.#options.store.get(taskId, { withResult: true });
    if (task === undefined) throw notFound("task", taskId);
    return task;
  }
}

/** What those who follow a task are told of it as it is. */
export function changeOf(task: StoredTask): TaskChange {
  const { id: taskId, type, status, attempts, batchId, brand, requestId, error } = task;
  return { taskId, type, status, attempts, batchId, brand, requestId, error };
}

export function notFound(what: "task" | "batch" | "limit", id: string): ServiceError {
  return new ServiceError("not_found", `There is no ${what} ${id}`);
}
