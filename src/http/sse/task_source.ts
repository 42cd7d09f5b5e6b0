import type { FeedEvent } from "../../queue/service_port.ts";
import { ENDED } from "../../queue/task.ts";
import type { StreamSource } from "./event_stream.ts";
import type { EventTexts } from "./event_texts.ts";
import type { FeedReader } from "./feed_reader.ts";

export interface TaskSourceOptions {
  reader: FeedReader;
  texts: EventTexts;
  /** What goes before everything. */
  head: Uint8Array<ArrayBuffer>;
  /** Nothing follows the head: it is the final state. */
  endsWithHead: boolean;
  /** The final message of a task whose last event this is. */
  final: (last: FeedEvent) => Promise<Uint8Array<ArrayBuffer>>;
  /** The final message of the task, if it has ended. */
  look: () => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The final message has come. */
  wake: () => void;
  onClose: () => void;
}

/** The events of one task, up to an end that nothing follows; in its place stands the whole task. */
export class TaskSource implements StreamSource {
  readonly #options: TaskSourceOptions;
  #head: Uint8Array<ArrayBuffer> | undefined;
  #final: Uint8Array<ArrayBuffer> | undefined;
  #finishing: boolean;
  #ended = false;

  constructor(options: TaskSourceOptions) {
    this.#options = options;
    this.#head = options.head;
    this.#finishing = options.endsWithHead;
  }

  get ended(): boolean {
    return this.#ended;
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const { reader, texts, endsWithHead } = this.#options;
    const ready = this.#head ?? this.#final;
    if (ready !== undefined) {
      this.#ended = this.#head === undefined || endsWithHead;
      this.#head = this.#final = undefined;
      return ready;
    }
    if (this.#finishing) return undefined;
    const events = reader.read();
    const last = events.at(-1);
    // An end that others follow was taken back: the task was run again.
    if (last !== undefined && ENDED.has(last.event.status) && !reader.hasMore) {
      this.#finishing = true;
      void this.#finish(events.pop()!);
    }
    return texts.of(events);
  }

  /** Looks at the task itself: a client must not wait for ever because an event was not told. */
  beat(): void {
    if (!this.#finishing && !this.#options.reader.hasMore) void this.#look();
  }

  close(): void {
    this.#options.onClose();
  }

  async #look(): Promise<void> {
    const { look, wake } = this.#options;
    const final = await look();
    if (final === undefined || this.#finishing) return;
    this.#finishing = true;
    this.#final = final;
    wake();
  }

  async #finish(last: FeedEvent): Promise<void> {
    const { final, wake } = this.#options;
    this.#final = await final(last);
    wake();
  }
}
