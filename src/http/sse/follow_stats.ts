import type { StreamSource } from "./event_stream.ts";
import type { EventStreams } from "./event_streams.ts";
import { joined, RETRY } from "./message.ts";
import type { StatsTicker } from "./stats_ticker.ts";

/** Answers those who follow the service as a whole. */
export class StatsFollowers {
  readonly #ticker: StatsTicker;
  readonly #streams: EventStreams;

  constructor(ticker: StatsTicker, streams: EventStreams) {
    this.#ticker = ticker;
    this.#streams = streams;
  }

  async follow(gone: AbortSignal): Promise<Response> {
    const head = joined([RETRY, await this.#ticker.head()]);
    return this.#streams.respond(gone, (stream) => {
      const leave = this.#ticker.follow((message) => {
        source.message(message);
        stream.wake();
      });
      const source = new StatsSource(head, leave);
      return source;
    });
  }
}

/** The newest message; one the client was too slow for is not sent any more (`seq` tells the client). It has no end. */
class StatsSource implements StreamSource {
  readonly ended = false;
  readonly #leave: () => void;
  #next: Uint8Array<ArrayBuffer> | undefined;
  #head: Uint8Array<ArrayBuffer> | undefined;

  constructor(head: Uint8Array<ArrayBuffer>, leave: () => void) {
    this.#head = head;
    this.#leave = leave;
  }

  message(message: Uint8Array<ArrayBuffer>): void {
    this.#next = message;
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#head ?? this.#next;
    if (this.#head !== undefined) this.#head = undefined;
    else this.#next = undefined;
    return bytes;
  }

  close(): void {
    this.#leave();
  }
}
