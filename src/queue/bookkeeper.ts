import { sleep } from "../platform/deadline.ts";
import type { TaskStore } from "./port.ts";
import type { ClaimedTask } from "./task.ts";
import type { Transition } from "./transitions.ts";

export interface BookkeeperOptions {
  store: TaskStore;
  /** Called for each end that is durable, or (`held` false) changed nothing as its lease was lost. */
  onWritten: (task: ClaimedTask, transition: Transition, held: boolean) => void;
  onError: (error: unknown, doing: string) => void;
  /** The wait after a failure is over: call `flush` again. */
  onRetry: () => void;
}

type Call = Transition["call"];
/** Ends of one kind; the two lists go together. */
interface Group {
  tasks: ClaimedTask[];
  transitions: Transition[];
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;
const CALLS = ["complete", "fail", "release", "endCancelled"] as const satisfies Call[];

/**
 * Writes outcomes down and never loses one while the process lives: what the store rejects is loud and is tried again
 * with growing waits.
 */
export class Bookkeeper {
  readonly #options: BookkeeperOptions;
  readonly #groups: Record<Call, Group> = {
    complete: noEnds(),
    fail: noEnds(),
    release: noEnds(),
    endCancelled: noEnds(),
  };
  #waiting = 0;
  #writing = 0;
  #closed = false;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void) | undefined;

  constructor(options: BookkeeperOptions) {
    this.#options = options;
  }

  add(task: ClaimedTask, transition: Transition): void {
    const group = this.#groups[transition.call];
    group.tasks.push(task);
    group.transitions.push(transition);
    this.#waiting++;
  }

  /** Sends what has gathered to the store, one call a kind; they share the tick's transaction. */
  flush(): void {
    if (this.#waiting === 0 || this.#closed || this.#retryTimer !== undefined) return;
    for (const call of CALLS) {
      const group = this.#groups[call];
      if (group.tasks.length === 0) continue;
      this.#groups[call] = noEnds();
      this.#waiting -= group.tasks.length;
      this.#write(call, group);
    }
  }

  /** Waits until everything is written, trying at once what would wait; false when `timeoutMs` was not enough. */
  async close(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#waiting > 0 || this.#writing > 0) {
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
    const lost = this.#waiting;
    if (lost > 0) {
      const error = new Error(
        `${lost} outcomes could not be written: their tasks run again after the next start`,
      );
      this.#options.onError(error, "closing the books");
    }
    return lost === 0 && this.#writing === 0;
  }

  #write(call: Call, group: Group): void {
    const { store } = this.#options;
    const write = store[call] as (this: TaskStore, ends: Transition["end"][]) => Promise<boolean[]>;
    this.#writing++;
    write.call(store, group.transitions.map(({ end }) => end)).then(
      (held) => {
        this.#failures = 0;
        for (let i = 0; i < held.length; i++) {
          this.#options.onWritten(group.tasks[i]!, group.transitions[i]!, held[i]!);
        }
        this.#written();
      },
      (error: unknown) => {
        this.#options.onError(error, `writing the end of ${group.tasks.length} tasks (${call})`);
        for (let i = 0; i < group.tasks.length; i++) this.add(group.tasks[i]!, group.transitions[i]!);
        this.#retryLater();
        this.#written();
      },
    );
  }

  #retryLater(): void {
    if (this.#closed || this.#retryTimer !== undefined) return;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, MAX_RETRY_MS);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#options.onRetry();
    }, waitMs);
  }

  #written(): void {
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

function noEnds(): Group {
  return { tasks: [], transitions: [] };
}
