export interface StopSignalsOptions {
  /** @default ["SIGINT", "SIGTERM"] */
  signals?: readonly Deno.Signal[];
}

/**
 * The two signals of a stop: the first asks for it (`first` resolves with its name), the second asks to skip the
 * waiting (`skip` aborts). More change nothing. While this is alive the signals do not end the process.
 */
export class StopSignals implements Disposable {
  readonly first: Promise<Deno.Signal>;
  readonly #skip = new AbortController();
  readonly #handlers: (readonly [Deno.Signal, () => void])[];

  constructor(options: StopSignalsOptions = {}) {
    const { signals = ["SIGINT", "SIGTERM"] } = options;
    const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
    this.first = promise;
    let seen = 0;
    this.#handlers = signals.map((signal) =>
      [signal, () => {
        if (seen++ === 0) resolve(signal);
        else this.#skip.abort(new DOMException(`${signal} came while stopping`, "AbortError"));
      }] as const
    );
    for (const [signal, handler] of this.#handlers) Deno.addSignalListener(signal, handler);
  }

  /** Aborts at the second signal. */
  get skip(): AbortSignal {
    return this.#skip.signal;
  }

  [Symbol.dispose](): void {
    for (const [signal, handler] of this.#handlers) Deno.removeSignalListener(signal, handler);
  }
}
