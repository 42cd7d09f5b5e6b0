/**
 * The two flags of the life cycle that others go by.
 *
 *     (starting) → ready → stopping
 *
 * Live means the process answers; ready means it takes work; stopping never ends.
 */
export class Readiness {
  readonly #stop = new AbortController();
  #ready = false;

  markReady(): void {
    this.#ready = true;
  }

  markStopping(): void {
    this.#stop.abort(new DOMException("The service is stopping", "AbortError"));
  }

  /** It takes work: started, and not told to stop. */
  ready(): boolean {
    return this.#ready && !this.stopping();
  }

  stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Aborts when the stop begins: for what would rather end then than be waited for. */
  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }
}
