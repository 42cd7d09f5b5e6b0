import type { TaskEvent } from "./service_port.ts";
import { ENDED } from "./task.ts";

type Listener = (event: TaskEvent) => void;

/** Who is told of changes: subscribers of everything, and those who wait for one task to end. */
export class TaskEvents {
  readonly #listeners = new Set<Listener>();
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #onError: (error: unknown, doing: string) => void;

  constructor(onError: (error: unknown, doing: string) => void) {
    this.#onError = onError;
  }

  /** False where nobody listens: an event need not be made then. */
  get wanted(): boolean {
    return this.#listeners.size > 0 || this.#waiters.size > 0;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: TaskEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error, "telling a subscriber"); // its own affair: the books go on
      }
    }
    if (ENDED.has(event.status)) {
      for (const wake of this.#waiters.get(event.taskId) ?? []) wake();
    }
  }

  /** Listens for the end of one task. Dispose to stop; nothing stays behind. */
  waiter(taskId: string): { ended: Promise<void>; [Symbol.dispose](): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.#waiters.get(taskId) ?? new Set();
    waiters.add(resolve);
    this.#waiters.set(taskId, waiters);
    return {
      ended: promise,
      [Symbol.dispose]: () => {
        waiters.delete(resolve);
        if (waiters.size === 0 && this.#waiters.get(taskId) === waiters) this.#waiters.delete(taskId);
      },
    };
  }

  /** Tasks somebody waits for now. */
  get waiting(): number {
    return this.#waiters.size;
  }
}
