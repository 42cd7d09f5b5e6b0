import type { StreamSource } from "./event_stream.ts";
import type { EventTexts } from "./event_texts.ts";
import type { FeedReader } from "./feed_reader.ts";
import { withId } from "./message.ts";

export interface QueueSourceOptions {
  reader: FeedReader;
  texts: EventTexts;
  /** What goes before everything. */
  head: Uint8Array<ArrayBuffer>;
  idOf: (position: number) => string;
  /** The counters are to be looked at again. */
  touch: () => void;
  onClose: () => void;
}

/** Events of many tasks and, as they change, the counters of the queue. It has no end. */
export class QueueSource implements StreamSource {
  readonly ended = false;
  readonly #options: QueueSourceOptions;
  #head: Uint8Array<ArrayBuffer> | undefined;
  #counters: Uint8Array | undefined;

  constructor(options: QueueSourceOptions) {
    this.#options = options;
    this.#head = options.head;
  }

  /** The newest counters as a message; those before that have not been sent are not sent any more. */
  counters(message: Uint8Array): void {
    this.#counters = message;
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const { reader, texts, idOf, touch } = this.#options;
    if (this.#head !== undefined) {
      const head = this.#head;
      this.#head = undefined;
      return head;
    }
    const counters = this.#counters;
    if (counters === undefined) {
      const events = reader.read();
      if (events.length > 0) touch();
      return texts.of(events);
    }
    this.#counters = undefined;
    return withId(idOf(reader.position), counters); // before the events: on a busy queue these never end
  }

  beat(): void {
    this.#options.touch(); // a pause is no task's event
  }

  close(): void {
    this.#options.onClose();
  }
}
