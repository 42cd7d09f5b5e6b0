import type { StreamSource } from "./event_stream.ts";
import type { EventTexts } from "./event_texts.ts";
import type { FeedReader } from "./feed_reader.ts";

export interface BatchSourceOptions {
  reader: FeedReader;
  texts: EventTexts;
  /** What goes before everything. */
  head: Uint8Array<ArrayBuffer>;
  /** Nothing follows the head: it is the final state. */
  endsWithHead: boolean;
  /** The message of counts, or of the end. */
  message: (counts: BatchCounts, position: number) => Uint8Array<ArrayBuffer>;
  /** The counts are to be looked at again. */
  touch: () => void;
  onClose: () => void;
}

/** A batch as it was found. */
export interface BatchCounts {
  json: string;
  finished: boolean;
}

/** The ends of a batch's tasks, between them how far the batch is, and last of all how it ended. */
export class BatchSource implements StreamSource {
  readonly #options: BatchSourceOptions;
  #head: Uint8Array<ArrayBuffer> | undefined;
  #counts: BatchCounts | undefined;
  #ended = false;

  constructor(options: BatchSourceOptions) {
    this.#options = options;
    this.#head = options.head;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The newest counts; those before that have not been sent are not sent any more. */
  counts(counts: BatchCounts): void {
    this.#counts = counts;
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const { reader, texts, message, touch, endsWithHead } = this.#options;
    if (this.#head !== undefined) {
      const head = this.#head;
      this.#head = undefined;
      this.#ended = endsWithHead;
      return head;
    }
    const events = reader.read();
    if (events.length > 0) {
      touch();
      return texts.of(events);
    }
    const counts = this.#counts;
    if (counts === undefined) return undefined;
    this.#counts = undefined;
    this.#ended = counts.finished;
    return message(counts, reader.position);
  }

  beat(): void {
    this.#options.touch(); // a client must not wait for ever because an event was not told
  }

  close(): void {
    this.#options.onClose();
  }
}
