import { ServiceError } from "../platform/errors.ts";

/** Whether somebody still waits for an answer: `signal` aborts when the caller has gone, and when a stop's grace is over. */
export class Interest implements Disposable {
  readonly #end = new AbortController();
  readonly #caller: AbortSignal;
  readonly #stopping: AbortSignal;
  readonly #graceMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(caller: AbortSignal, stopping: AbortSignal, graceMs: number) {
    this.#caller = caller;
    this.#stopping = stopping;
    this.#graceMs = graceMs;
    caller.addEventListener("abort", this.#onGone, { once: true });
    stopping.addEventListener("abort", this.#onStop, { once: true });
    if (caller.aborted) this.#onGone();
    if (stopping.aborted) this.#onStop();
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What `work` gives. @throws {ServiceError} unavailable: the service stopped first */
  async of<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!this.signal.aborted || this.#caller.aborted) throw error;
      throw new ServiceError("unavailable", "The service stopped before there was an answer", {
        cause: error,
      });
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener("abort", this.#onGone);
    this.#stopping.removeEventListener("abort", this.#onStop);
  }

  readonly #onGone = () => this.#end.abort(this.#caller.reason);
  readonly #onStop = () => {
    this.#timer = setTimeout(() => this.#end.abort(this.#stopping.reason), this.#graceMs);
  };
}
