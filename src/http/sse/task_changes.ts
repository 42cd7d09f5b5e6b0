import type { TaskEvent } from "../../queue/service_port.ts";

/** Tasks whose last change is told one by one; of more only that there were more. */
const MAX_TASKS = 200;

/** What became of tasks since the last look: of each the newest event. */
export class TaskChanges {
  #latest = new Map<string, TaskEvent>();
  #others = 0;

  get any(): boolean {
    return this.#latest.size > 0 || this.#others > 0;
  }

  add(event: TaskEvent): void {
    if (this.#latest.size >= MAX_TASKS && !this.#latest.has(event.taskId)) {
      this.#others++;
      return;
    }
    this.#latest.set(event.taskId, event);
  }

  /** Gives them away. `others`: events of tasks that are not among them. */
  take(): { events: TaskEvent[]; others: number } {
    const taken = { events: [...this.#latest.values()], others: this.#others };
    this.#latest = new Map();
    this.#others = 0;
    return taken;
  }
}
