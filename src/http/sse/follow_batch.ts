import { nextTurn } from "../../platform/next_turn.ts";
import type { StoredBatch } from "../../queue/port.ts";
import { ENDED } from "../../queue/task.ts";
import type { HttpDeps } from "../deps.ts";
import { batchBody } from "../schemas/batch.ts";
import { type BatchCounts, BatchSource } from "./batch_source.ts";
import { EventTexts } from "./event_texts.ts";
import { type EventStreams, NO_MORE } from "./event_streams.ts";
import { FeedReader } from "./feed_reader.ts";
import { joined, RETRY, sseBytes } from "./message.ts";
import { Pulse } from "./pulse.ts";
import { endId, type ResumePoint } from "./resume_point.ts";

/** Answers those who follow one batch. */
export class BatchFollowers {
  readonly #deps: Pick<HttpDeps, "queue" | "events">;
  readonly #streams: EventStreams;
  readonly #everyMs: number;
  readonly #texts: EventTexts;
  readonly #pulses = new Map<string, Pulse<BatchCounts>>();

  /** `everyMs`: least time between two looks at the counts of a batch. */
  constructor(deps: Pick<HttpDeps, "queue" | "events">, streams: EventStreams, everyMs: number) {
    this.#deps = deps;
    this.#streams = streams;
    this.#everyMs = everyMs;
    this.#texts = new EventTexts(deps.events, "task");
  }

  /** @throws {ServiceError} not_found */
  async follow(batchId: string, point: ResumePoint, gone: AbortSignal): Promise<Response> {
    const { queue, events: feed } = this.#deps;
    const filter = { batchId, endedOnly: true };
    const found = countsOf(await queue.getBatch(batchId));
    const missed = point.missed(filter);
    if (found.finished && point.hadEnd && missed?.length === 0) return NO_MORE();
    const head = missed !== undefined
      ? RETRY
      : joined([RETRY, this.#message(found, point.now, { event: "status" })]);
    return this.#streams.respond(gone, (stream) => {
      const reader = new FeedReader({
        feed,
        filter,
        after: missed === undefined ? point.now : point.last!,
        bufferBytes: this.#streams.bufferBytes,
        onSlow: (reason) => this.#streams.drop(stream, reason),
      });
      const pulse = this.#pulse(batchId);
      const leaves = [
        pulse.follow((counts) => {
          source.counts(counts);
          stream.wake();
        }),
        feed.follow({ batchId }, (position, event, sizeBytes) => {
          pulse.touch();
          if (!ENDED.has(event.status)) return;
          reader.news(position, sizeBytes);
          stream.wake();
        }),
      ];
      const source = new BatchSource({
        reader,
        texts: this.#texts,
        head,
        endsWithHead: found.finished && missed === undefined,
        message: (counts, position) =>
          this.#message(counts, position, { event: counts.finished ? "status" : "progress" }),
        touch: () => pulse.touch(),
        onClose: () => {
          for (const leave of leaves) leave();
          if (pulse.followers === 0) this.#pulses.delete(batchId);
        },
      });
      if (missed !== undefined) source.counts(found);
      return source;
    });
  }

  #pulse(batchId: string): Pulse<BatchCounts> {
    const known = this.#pulses.get(batchId);
    if (known !== undefined) return known;
    const pulse = new Pulse(async () => {
      const counts = countsOf(await this.#deps.queue.getBatch(batchId));
      if (counts.finished) await nextTurn(); // the ends of its last tasks are told once their own callers have woken
      return counts;
    }, this.#everyMs);
    this.#pulses.set(batchId, pulse);
    return pulse;
  }

  #message({ json, finished }: BatchCounts, position: number, { event }: { event: string }) {
    const { events: feed } = this.#deps;
    return sseBytes({ id: finished ? endId(feed, position) : feed.idOf(position), event, data: json });
  }
}

function countsOf(batch: StoredBatch): BatchCounts {
  const { completed, failed, cancelled } = batch.counts;
  return {
    json: JSON.stringify(batchBody(batch)),
    finished: completed + failed + cancelled >= batch.total,
  };
}
