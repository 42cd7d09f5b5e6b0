import { RotatingFile, type RotatingFileOptions } from "../../platform/rotating_file.ts";
import type { MetricsSink, MetricsSinkStats } from "../port.ts";

/** `metrics.jsonl`: lines gathered in memory, written by a timer, rotated by size. See `RotatingFile` for the promises. */
export class JsonlSink implements MetricsSink {
  readonly #file: RotatingFile;

  constructor(options: RotatingFileOptions) {
    this.#file = new RotatingFile(options);
  }

  /** Opens the file and repairs a torn last line now; never rejects. */
  open(): Promise<void> {
    return this.#file.open();
  }

  append(line: string): void {
    this.#file.append(line);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  stats(): MetricsSinkStats {
    const { written, dropped, lastError } = this.#file.stats();
    return lastError === undefined ? { written, dropped } : { written, dropped, lastError };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }
}
