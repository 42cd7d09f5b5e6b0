import { sleep } from "../platform/deadline.ts";
import type { TaskStore } from "./port.ts";
import type { TaskEvent } from "./service_port.ts";
import type { ClaimedTask, Lease, Progress } from "./task.ts";
import type { Transition } from "./transitions.ts";

interface Entry {
  task: ClaimedTask;
  transition: Transition;
}

export interface BookkeeperOptions {
  store: TaskStore;
  clock: () => number;
  eventsWanted: () => boolean;
  onEvent: (event: TaskEvent) => void;
  onError: (error: unknown, doing: string) => void;
  /** The wait after a failure is over: call `flush` again. */
  onRetry: () => void;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;
const CALLS = ["complete", "fail", "release", "endCancelled"] as const;

/**
 * Writes outcomes down and never loses one while the process lives: what the store rejects is loud and is tried again
 * with growing waits. Events go out only for what is durable and only where the lease was still held.
 */
export class Bookkeeper {
  readonly #options: BookkeeperOptions;
  #entries: Entry[] = [];
  #writing = 0;
  #closed = false;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void) | undefined;

  constructor(options: BookkeeperOptions) {
    this.#options = options;
  }

  add(task: ClaimedTask, transition: Transition): void {
    this.#entries.push({ task, transition });
  }

  /** Sends what has gathered to the store, one call a kind; they share the tick's transaction. */
  flush(): void {
    if (this.#closed || this.#retryTimer !== undefined || this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    for (const call of CALLS) {
      const group = entries.filter(({ transition }) => transition.call === call);
      if (group.length > 0) this.#write(call, group);
    }
  }

  progress(updates: { lease: Lease; progress: Progress }[], tasks: (ClaimedTask | undefined)[]): void {
    this.#writing++;
    this.#options.store.progress(updates).then(
      () => {
        if (!this.#options.eventsWanted()) return;
        updates.forEach(({ progress }, i) => {
          const task = tasks[i];
          if (task !== undefined) {
            this.tell(task, { status: "running", atMs: this.#options.clock(), progress });
          }
        });
      },
      (error: unknown) => this.#options.onError(error, "writing progress"),
    ).finally(() => this.#settled());
  }

  tell(task: ClaimedTask, change: Pick<TaskEvent, "status" | "atMs"> & Partial<TaskEvent>): void {
    const event: TaskEvent = { taskId: task.taskId, type: task.type, attempt: task.attempt, ...change };
    event.waitMs = task.waitMs;
    if (task.batchId !== undefined) event.batchId = task.batchId;
    if (task.brand !== undefined) event.brand = task.brand;
    if (task.requestId !== undefined) event.requestId = task.requestId;
    this.#options.onEvent(event);
  }

  /** Waits until everything is written, trying at once what would wait; false when `timeoutMs` was not enough. */
  async close(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#entries.length > 0 || this.#writing > 0) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      clearTimeout(this.#retryTimer);
      this.#retryTimer = undefined;
      if (this.#failures > 0) await sleep(Math.min(FIRST_RETRY_MS, left));
      this.flush();
      await this.#whenIdle(Math.max(1, deadline - performance.now()));
    }
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const lost = this.#entries.length;
    if (lost > 0) {
      const error = new Error(
        `${lost} outcomes could not be written: their tasks run again after the next start`,
      );
      this.#options.onError(error, "closing the books");
    }
    return lost === 0 && this.#writing === 0;
  }

  #write(call: typeof CALLS[number], entries: Entry[]): void {
    const ends = entries.map(({ transition }) => transition.end);
    const write = this.#options.store[call] as (list: Transition["end"][]) => Promise<boolean[]>;
    this.#writing++;
    write.call(this.#options.store, ends).then(
      (held) => {
        this.#failures = 0;
        this.#announce(entries, held);
      },
      (error: unknown) => {
        this.#options.onError(error, `writing the end of ${entries.length} tasks (${call})`);
        this.#entries.push(...entries);
        this.#retryLater();
      },
    ).finally(() => this.#settled());
  }

  #announce(entries: Entry[], held: boolean[]): void {
    const atMs = this.#options.clock();
    entries.forEach(({ task, transition }, i) => {
      const { status, runMs, error } = transition;
      if (held[i]) {
        this.tell(task, error === undefined ? { status, atMs, runMs } : { status, atMs, runMs, error });
      }
    });
  }

  #retryLater(): void {
    if (this.#closed || this.#retryTimer !== undefined) return;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, MAX_RETRY_MS);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#options.onRetry();
    }, waitMs);
  }

  #settled(): void {
    if (--this.#writing === 0) this.#idle?.();
  }

  #whenIdle(timeoutMs: number): Promise<void> {
    if (this.#writing === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#idle = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#idle = done;
    });
  }
}
