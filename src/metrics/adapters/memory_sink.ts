import type { MetricsSink, MetricsSinkStats } from "../port.ts";

/** Keeps the newest lines in memory: for tests, and for a service told to write no files. */
export class MemorySink implements MetricsSink {
  readonly #maxLines: number;
  #lines: string[] = [];
  #written = 0;
  #dropped = 0;
  #disposed = false;

  constructor(
    options: { /** Lines kept at least; up to twice as many are. @default 10000 */ maxLines?: number } = {},
  ) {
    this.#maxLines = options.maxLines ?? 10_000;
  }

  /** The lines kept, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  append(line: string): void {
    if (this.#disposed) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#written++;
    // Twice the bound, then cut to it: a cut costs the whole array, so it must be rare.
    if (this.#lines.length >= 2 * this.#maxLines) this.#lines = this.#lines.slice(-this.#maxLines);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  stats(): MetricsSinkStats {
    return { written: this.#written, dropped: this.#dropped };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    return Promise.resolve();
  }
}
