import { messageOf, ServiceError } from "../platform/errors.ts";
import type { IndexBook } from "./index_book_port.ts";
import type { IndexWork } from "./index_work.ts";

/** Long enough for a hundred small documents, short enough for whoever waits. */
const TURN_MS = 40;

interface Job {
  begin: () => IndexWork<unknown>;
  /** Where it stands; undefined: at its beginning. */
  work?: IndexWork<unknown>;
  /** Done, and to be answered once that is on disk. */
  result?: { value: unknown };
  resolve: (value: unknown) => void;
  reject: (error: ServiceError) => void;
}

/**
 * Group commit: all that has come by the time a transaction begins shares it, and its fsync. Long works take a step each
 * turn, so that short ones are answered between. An answer goes out after the commit.
 */
export class IndexJobs {
  readonly #book: IndexBook;
  readonly #onCommitted: () => void;
  readonly #onFault: () => void;
  #jobs: Job[] = [];
  #isScheduled = false;
  #isClosed = false;

  /** `onFault`: the storage failed, works were given up. */
  constructor(book: IndexBook, options: { onCommitted: () => void; onFault?: () => void }) {
    this.#book = book;
    this.#onCommitted = options.onCommitted;
    this.#onFault = options.onFault ?? (() => {});
  }

  /** Rejects with a `ServiceError`; nothing of its last step is in the file then. */
  add<T>(begin: () => IndexWork<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#jobs.push({ begin, resolve: resolve as (value: unknown) => void, reject });
    this.#schedule();
    return promise;
  }

  /** Runs what has been added to the end of its present step; what is not over then is refused. */
  close(): void {
    if (this.#isClosed) return;
    this.#turn();
    this.#isClosed = true;
    for (const { reject } of this.#jobs) {
      reject(new ServiceError("unavailable", "Cannot go on as the index is being closed"));
    }
    this.#jobs = [];
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed || this.#jobs.length === 0) return;
    this.#isScheduled = true;
    // Messages that have come meanwhile join: the turn of the event loop ends first.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    if (this.#isClosed || this.#jobs.length === 0) return;
    const taken: Job[] = [];
    const endMs = performance.now() + TURN_MS;
    const error = this.#commit(() => {
      while (this.#jobs.length > 0 && (taken.length === 0 || performance.now() < endMs)) {
        taken.push(this.#jobs.shift()!);
        step(taken.at(-1)!);
      }
    });
    if (error !== undefined) this.#afterFailure(taken, error);
    else this.#settle(taken);
  }

  /**
   * A fault of the storage is everybody's. Any other error undid what its neighbours had done: each begins anew in a
   * transaction of its own, and only the culprit is told.
   */
  #afterFailure(taken: Job[], error: unknown): void {
    for (const job of taken) job.work = job.result = undefined;
    const isShared = error instanceof ServiceError && isStorageFault(error);
    const [first, ...rest] = taken;
    if (isShared || rest.length === 0) {
      for (const job of taken) job.reject(serviceError(error));
      if (isShared) this.#onFault();
      return;
    }
    for (const job of [first!, ...rest]) {
      const own = this.#commit(() => step(job));
      if (own === undefined) this.#settle([job]);
      else this.#afterFailure([job], own);
    }
  }

  #settle(taken: readonly Job[]): void {
    for (const job of taken) {
      if (job.result === undefined) this.#jobs.push(job);
      else job.resolve(job.result.value);
    }
    this.#onCommitted();
  }

  /** Returns what undid it. */
  #commit(work: () => void): unknown {
    try {
      this.#book.transaction(work);
      return undefined;
    } catch (error) {
      return error ?? new Error("Cannot go on as something empty was thrown");
    }
  }
}

function step(job: Job): void {
  const { done, value } = (job.work ??= job.begin()).next();
  if (done === true) job.result = { value };
}

function isStorageFault({ code }: ServiceError): boolean {
  return code === "storage_full" || code === "unavailable";
}

function serviceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError("internal", `The index could not do this: ${messageOf(error)}`, { cause: error });
}
