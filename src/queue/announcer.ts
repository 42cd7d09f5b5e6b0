import { firstStatus } from "./first_status.ts";
import type { TaskChange, TaskStore } from "./port.ts";
import type { TaskEvent } from "./service_port.ts";
import { ENDED, type NewTask, type StoredTask } from "./task.ts";

export interface AnnouncerOptions {
  store: TaskStore;
  /** Unix milliseconds. */
  wallMs: () => number;
  /** False where an event would reach nobody. */
  wanted: () => boolean;
  tell: (change: TaskChange) => void;
  onError: (error: unknown, doing: string) => void;
}

/**
 * Tells those who follow that tasks wait, before anything else is told of them: one commit may carry a task, the claim
 * that takes it and the end of what it depended on, and their answers come in any order.
 *
 * What is on its way to the store is offered first; then it is either accepted, or refused and forgotten.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  /** What is to be told of tasks on their way. */
  readonly #untold = new Map<string, TaskChange>();
  /** Those of them with dependencies: what these make of it is the store's to know. */
  readonly #dependent = new Set<string>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  offered(tasks: NewTask[], onComplete?: NewTask): void {
    if (!this.#options.wanted()) return;
    const nowMs = this.#options.wallMs();
    for (const task of tasks) {
      this.#untold.set(task.id, changeTo(task, firstStatus(task, nowMs)));
      if (task.dependsOn !== undefined) this.#dependent.add(task.id);
    }
    if (onComplete !== undefined) this.#untold.set(onComplete.id, changeTo(onComplete, "delayed"));
  }

  /** The same for a task that has ended and is to wait again. */
  offeredAgain(task: StoredTask): void {
    if (!this.#options.wanted()) return;
    this.#untold.set(task.id, changeTo(task, "queued"));
    if (task.dependsOn !== undefined) this.#dependent.add(task.id);
  }

  refused(taskId: string): void {
    this.#untold.delete(taskId);
    this.#dependent.delete(taskId);
  }

  accepted(taskId: string): void {
    const change = this.#untold.get(taskId);
    if (change === undefined) return; // it was told, or nobody was there to be
    if (this.#dependent.has(taskId)) return this.#ask(taskId, change);
    this.#untold.delete(taskId);
    this.#options.tell(change);
  }

  /** An event is about to be told: what has to be told before it is, now. */
  before({ taskId, status }: TaskEvent): void {
    if (this.#untold.size === 0) return;
    const change = this.#untold.get(taskId);
    if (change === undefined) return;
    const dependent = this.#dependent.has(taskId);
    this.refused(taskId);
    if (status === "queued" || status === "delayed") return;
    // Its dependencies ended it on arrival: it never waited for a worker.
    if (dependent && ENDED.has(status)) return;
    this.#options.tell(dependent ? { ...change, status: "queued" } : change);
  }

  #ask(taskId: string, change: TaskChange): void {
    const { store, tell, onError } = this.#options;
    store.get(taskId).then(
      (task) => {
        if (task === undefined || ENDED.has(task.status) || !this.#untold.has(taskId)) return;
        this.refused(taskId);
        tell({ ...change, status: task.status === "delayed" ? "delayed" : "queued" });
      },
      (error: unknown) => onError(error, "telling of a task that was accepted"),
    ).finally(() => this.refused(taskId));
  }
}

function changeTo(task: NewTask, status: TaskChange["status"]): TaskChange {
  const { id: taskId, type, batchId, brand, requestId } = task;
  return { taskId, type, status, attempts: 0, batchId, brand, requestId };
}
