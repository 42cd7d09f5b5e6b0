import type { LogFeed, LogFilter, LogLine } from "../../logging/mod.ts";
import type { EventStream, StreamSource } from "./event_stream.ts";
import { joined, RETRY, sseBytes } from "./message.ts";

/** One reader's place in the log. It holds no lines: what fell out while its client did not read is told as a number. */
export class LogSource implements StreamSource {
  /** The log has no end; the service's own ends the stream. */
  readonly ended = false;
  readonly #lines: LogFeed;
  readonly #filter: LogFilter;
  readonly #leave: () => void;
  #after: number;
  #begun = false;

  /** @param after position of the last line that is not wanted */
  constructor(lines: LogFeed, filter: LogFilter, after: number, stream: EventStream) {
    this.#lines = lines;
    this.#filter = filter;
    this.#after = after;
    this.#leave = lines.follow(filter, () => stream.wake());
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const { lines, upTo, missed } = this.#lines.read(this.#after, this.#filter);
    this.#after = upTo;
    const parts = lines.map((line) => this.#message(line));
    if (missed > 0) parts.unshift(sseBytes({ event: "missed", data: JSON.stringify({ lines: missed }) }));
    if (!this.#begun) parts.unshift(RETRY);
    this.#begun = true;
    return parts.length === 0 ? undefined : joined(parts);
  }

  close(): void {
    this.#leave();
  }

  #message({ position, json }: LogLine): Uint8Array<ArrayBuffer> {
    return sseBytes({ id: this.#lines.idOf(position), event: "line", data: json });
  }
}
