import type { EventFilter } from "../../queue/service_port.ts";
import type { HttpDeps } from "../deps.ts";
import { queueStatusBody } from "../schemas/queue.ts";
import { EventTexts } from "./event_texts.ts";
import type { EventStreams } from "./event_streams.ts";
import { FeedReader } from "./feed_reader.ts";
import { joined, RETRY, sseBytes } from "./message.ts";
import { Pulse } from "./pulse.ts";
import { QueueSource } from "./queue_source.ts";
import type { ResumePoint } from "./resume_point.ts";

/** Answers those who follow the whole queue, or a part of it. */
export class QueueFollowers {
  readonly #deps: Pick<HttpDeps, "queue" | "events">;
  readonly #streams: EventStreams;
  readonly #texts: EventTexts;
  readonly #counters: Pulse<Uint8Array<ArrayBuffer>>;

  /** `everyMs`: least time between two looks at the counters. */
  constructor(deps: Pick<HttpDeps, "queue" | "events">, streams: EventStreams, everyMs: number) {
    this.#deps = deps;
    this.#streams = streams;
    this.#texts = new EventTexts(deps.events);
    this.#counters = new Pulse(
      async () => sseBytes({ event: "counters", data: await this.#status() }),
      everyMs,
    );
  }

  async follow(filter: EventFilter, point: ResumePoint, gone: AbortSignal): Promise<Response> {
    const { events: feed } = this.#deps;
    const isResumed = point.last !== undefined;
    const head = isResumed ? RETRY : joined([
      RETRY,
      sseBytes({
        id: feed.idOf(point.now),
        event: point.isReturn ? "reset" : "counters",
        data: await this.#status(),
      }),
    ]);
    return this.#streams.respond(gone, (stream) => {
      const reader = new FeedReader({
        feed,
        filter,
        after: point.last ?? point.now,
        bufferBytes: this.#streams.bufferBytes,
        onSlow: (reason) => this.#streams.drop(stream, reason),
      });
      const leaves = [
        this.#counters.follow((message) => {
          source.counters(message);
          stream.wake();
        }),
        feed.follow(filter, (position, _event, sizeBytes) => {
          reader.news(position, sizeBytes);
          stream.wake();
        }),
      ];
      const source = new QueueSource({
        reader,
        texts: this.#texts,
        head,
        idOf: (position) => feed.idOf(position),
        touch: () => this.#counters.touch(),
        onClose: () => {
          for (const leave of leaves) leave();
        },
      });
      return source;
    });
  }

  async #status(): Promise<string> {
    return JSON.stringify(queueStatusBody(await this.#deps.queue.status()));
  }
}
