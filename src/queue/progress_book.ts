import type { TaskStore } from "./port.ts";
import type { ClaimedTask, Lease, Progress } from "./task.ts";

/** Progress of a running attempt that is not written yet. */
interface Note {
  task: ClaimedTask;
  lease: Lease;
  progress: Progress;
}

export interface ProgressBookOptions {
  store: TaskStore;
  /** Called with what is durable now. */
  onWritten: (task: ClaimedTask, progress: Progress) => void;
  onError: (error: unknown, doing: string) => void;
}

const EVERY_MS = 250;

/** Writes the last known progress of each running attempt, all of them together, four times a second at most. */
export class ProgressBook {
  readonly #options: ProgressBookOptions;
  readonly #notes = new Map<number, Note>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = 0;
  #idle: (() => void) | undefined;

  constructor(options: ProgressBookOptions) {
    this.#options = options;
  }

  note(task: ClaimedTask, progress: Progress): void {
    const { taskId, token } = task;
    this.#notes.set(token, { task, lease: { taskId, token }, progress });
    this.#timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  /** Writes what an attempt that ends has left: before its end, else it would come too late to count. */
  last(token: number): void {
    const note = this.#notes.size === 0 ? undefined : this.#notes.get(token);
    if (note === undefined) return;
    this.#notes.delete(token);
    this.#write([note]);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const notes = [...this.#notes.values()];
    this.#notes.clear();
    if (notes.length > 0) this.#write(notes);
  }

  /** Resolves once nothing is being written. */
  async idle(): Promise<void> {
    if (this.#writing > 0) await new Promise<void>((resolve) => this.#idle = resolve);
  }

  #write(notes: Note[]): void {
    const { store, onWritten, onError } = this.#options;
    this.#writing++;
    store.progress(notes.map(({ lease, progress }) => ({ lease, progress }))).then(
      () => {
        for (const { task, progress } of notes) onWritten(task, progress);
      },
      (error: unknown) => onError(error, "writing progress"),
    ).finally(() => {
      if (--this.#writing === 0) this.#idle?.();
    });
  }
}
