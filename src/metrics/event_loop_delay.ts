/** A delay longer than this many intervals is not spread further: the machine slept, the loop was not busy. */
const MOST_MISSED = 10_000;

/**
 * Measures how late the event loop runs what is due: a timer each `intervalMs`, its lateness is a sample. A loop that
 * was held for a second answered nobody in that second, so the ticks it missed are samples too (1000 ms late, 950, ...):
 * without them one long stall would vanish among the quiet ticks and the p99 would lie.
 *
 * `monitorEventLoopDelay` of node:perf_hooks is not used: in Deno 2.9.6 it reads 20 for a loop held 120 ms.
 */
export class EventLoopDelay implements Disposable {
  readonly #intervalMs: number;
  readonly #record: (delayMs: number) => void;
  readonly #nowMs: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    /** Told each sample in ms. */
    record: (delayMs: number) => void;
    /** @default 50 */
    intervalMs?: number;
    /** Monotonic ms. @default performance.now */
    nowMs?: () => number;
  }) {
    this.#record = options.record;
    this.#intervalMs = options.intervalMs ?? 50;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  start(): void {
    if (this.#timer === undefined) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #arm(): void {
    const dueMs = this.#nowMs() + this.#intervalMs;
    this.#timer = setTimeout(() => {
      this.#sample(Math.max(0, this.#nowMs() - dueMs));
      this.#arm();
    }, this.#intervalMs);
    Deno.unrefTimer(this.#timer);
  }

  #sample(delayMs: number): void {
    this.#record(delayMs);
    const missed = Math.min(MOST_MISSED, Math.floor(delayMs / this.#intervalMs));
    for (let i = 1; i <= missed; i++) this.#record(delayMs - i * this.#intervalMs);
  }
}
