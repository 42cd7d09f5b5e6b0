/**
 * One timer for many deadlines: set to the earliest, and when it fires its owner looks which have passed. Settling an
 * attempt touches it not at all, so a no-op pays nothing for having a deadline.
 */
export class DeadlineTimer implements Disposable {
  readonly #onDue: (lateMs: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #atMs = Infinity;

  /** @param onDue told how late it fires, in ms: an isolate that was held judges nobody by its own lateness */
  constructor(onDue: (lateMs: number) => void) {
    this.#onDue = onDue;
  }

  /** Fires at `atMs` (`performance.now()` time) unless something earlier is set already. */
  set(atMs: number): void {
    if (atMs >= this.#atMs) return;
    clearTimeout(this.#timer);
    this.#atMs = atMs;
    this.#timer = setTimeout(() => {
      const lateMs = performance.now() - atMs;
      this.#atMs = Infinity;
      this.#onDue(lateMs);
    }, Math.max(0, Math.min(atMs - performance.now(), 2 ** 31 - 1)));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#atMs = Infinity;
  }
}
