import type { FeedEvent } from "../../queue/service_port.ts";
import { ENDED } from "../../queue/task.ts";
import type { HttpDeps } from "../deps.ts";
import { taskEventJson } from "../schemas/event.ts";
import { taskJson } from "../schemas/task.ts";
import { EventTexts } from "./event_texts.ts";
import { type EventStreams, NO_MORE } from "./event_streams.ts";
import { FeedReader } from "./feed_reader.ts";
import { joined, RETRY, sseBytes } from "./message.ts";
import { endId, type ResumePoint } from "./resume_point.ts";
import { SharedCalls } from "./shared_calls.ts";
import { TaskSource } from "./task_source.ts";

/** Answers those who follow one task. */
export class TaskFollowers {
  readonly #deps: Pick<HttpDeps, "queue" | "events">;
  readonly #streams: EventStreams;
  readonly #texts: EventTexts;
  /** Whoever sees the same end shares one look at the task and its text, which may be megabytes. */
  readonly #finals = new SharedCalls<Uint8Array<ArrayBuffer>>();
  readonly #looks = new SharedCalls<Uint8Array<ArrayBuffer> | undefined>();

  constructor(deps: Pick<HttpDeps, "queue" | "events">, streams: EventStreams) {
    this.#deps = deps;
    this.#streams = streams;
    this.#texts = new EventTexts(deps.events);
  }

  /** @throws {ServiceError} not_found */
  async follow(taskId: string, point: ResumePoint, gone: AbortSignal): Promise<Response> {
    const { queue, events: feed } = this.#deps;
    const filter = { taskId };
    const task = await queue.get(taskId);
    const ended = ENDED.has(task.status);
    const missed = point.missed(filter);
    if (ended && point.hadEnd && missed?.every(({ event }) => ENDED.has(event.status))) return NO_MORE();
    const lastMissed = missed?.at(-1);
    const isFinal = ended && !(lastMissed !== undefined && ENDED.has(lastMissed.event.status));
    const tellsState = missed === undefined || isFinal;
    const head = !tellsState ? RETRY : joined([
      RETRY,
      sseBytes({
        id: isFinal ? endId(feed, point.now) : feed.idOf(point.now),
        event: "status",
        data: taskJson(task),
      }),
    ]);
    return this.#streams.respond(gone, (stream) => {
      const reader = new FeedReader({
        feed,
        filter,
        after: tellsState ? point.now : point.last!,
        bufferBytes: this.#streams.bufferBytes,
        onSlow: (reason) => this.#streams.drop(stream, reason),
      });
      const leave = feed.follow(filter, (position, _event, sizeBytes) => {
        reader.news(position, sizeBytes);
        stream.wake();
      });
      return new TaskSource({
        reader,
        texts: this.#texts,
        head,
        endsWithHead: isFinal,
        final: (last) => this.#final(last),
        look: () => this.#look(taskId),
        wake: () => stream.wake(),
        onClose: leave,
      });
    });
  }

  #look(taskId: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { queue, events: feed } = this.#deps;
    const id = endId(feed, feed.last);
    return this.#looks.run(taskId, async () => {
      const task = await queue.get(taskId).catch(() => undefined);
      if (task === undefined || !ENDED.has(task.status)) return undefined;
      return sseBytes({ id, event: "status", data: taskJson(task) });
    });
  }

  #final(last: FeedEvent): Promise<Uint8Array<ArrayBuffer>> {
    const { queue, events: feed } = this.#deps;
    const id = endId(feed, last.position);
    return this.#finals.run(id, async () => {
      // It may be gone or run again by now, or its store may fail: the event tells the end all the same.
      const task = await queue.get(last.event.taskId).catch(() => undefined);
      const data = task !== undefined && ENDED.has(task.status) ? taskJson(task) : taskEventJson(last.event);
      return sseBytes({ id, event: "status", data });
    });
  }
}
