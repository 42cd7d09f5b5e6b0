import type { EventFilter, FeedEvent, TaskEventFeed } from "../../queue/service_port.ts";

/** Bytes of events that are made into one chunk. */
const CHUNK_BYTES = 16 * 1024;

export interface FeedReaderOptions {
  feed: TaskEventFeed;
  filter: EventFilter;
  /** Position of the last event the client has. */
  after: number;
  /** Bytes of news that may come between two reads. */
  bufferBytes: number;
  /** The client is too slow. */
  onSlow: (reason: string) => void;
}

/**
 * One client's place in the feed. What it has not read stays in the feed's ring, which is there anyhow: a slow client
 * costs a number. It is given up when it has read nothing while `bufferBytes` of news came for it, and when what
 * it would read next has fallen out of the ring.
 */
export class FeedReader {
  readonly #options: FeedReaderOptions;
  #position: number;
  /** There may be events after the position that fit. */
  #behind = true;
  #unreadBytes = 0;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
    this.#position = options.after;
  }

  /** Everything up to here has been read. */
  get position(): number {
    return this.#behind ? this.#position : this.#options.feed.last;
  }

  news(position: number, sizeBytes: number): void {
    // Nobody who has read everything needs to look at what came for others since.
    if (!this.#behind) this.#position = position - 1;
    this.#behind = true;
    this.#unreadBytes += sizeBytes;
    const { bufferBytes, onSlow } = this.#options;
    if (this.#unreadBytes > bufferBytes) {
      onSlow(`${this.#unreadBytes} bytes wait for a client that does not read`);
    }
  }

  /** The next events; none where all have been read. */
  read(): FeedEvent[] {
    if (!this.#behind) return [];
    const { feed, filter, onSlow } = this.#options;
    this.#unreadBytes = 0;
    for (;;) {
      const found = feed.read(this.#position, filter, CHUNK_BYTES);
      if (found === undefined) {
        onSlow("what a client would read next has fallen out of the ring");
        return [];
      }
      this.#position = found.upTo;
      this.#behind = found.upTo < feed.last;
      if (found.events.length > 0 || !this.#behind) return found.events;
    }
  }

  /** Whether events wait to be read. */
  get hasMore(): boolean {
    const { feed, filter } = this.#options;
    return this.#behind && feed.read(this.#position, filter, 1)?.events.length !== 0;
  }
}
