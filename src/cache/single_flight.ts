interface Flight {
  result: Promise<unknown>;
  controller: AbortController;
  waiters: number;
}

/**
 * Callers that want the same thing at the same time share one computation. Each may leave by its own signal; the
 * computation is aborted only when all have left, and whoever comes after that starts a new one.
 */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /** Computations under way. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * The outcome of the computation under way for `key`, or of `work`, started now. Rejects with the reason of
   * `options.signal` when that aborts first.
   */
  run<T>(
    key: string,
    work: (signal: AbortSignal) => T | Promise<T>,
    options: { signal?: AbortSignal } = {},
  ): Promise<T> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiters++;
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => {
        reject(signal!.reason);
        if (--flight.waiters > 0) return;
        this.#forget(key, flight);
        flight.controller.abort(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      flight.result.then((value) => resolve(value as T), reject)
        .finally(() => signal?.removeEventListener("abort", onAbort));
    });
  }

  #start<T>(key: string, work: (signal: AbortSignal) => T | Promise<T>): Flight {
    const controller = new AbortController();
    // One microtask later, so that work which calls back here with the same key meets its own flight, not a second one.
    const result = Promise.resolve().then(() => work(controller.signal));
    const flight: Flight = { result, controller, waiters: 0 };
    this.#flights.set(key, flight);
    const forget = () => this.#forget(key, flight);
    result.then(forget, forget); // also the handler that keeps an abandoned failure from being unhandled
    return flight;
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
