import type { FeedEvent, TaskEventFeed } from "../../queue/service_port.ts";
import { taskEventJson } from "../schemas/event.ts";
import { joined, sseBytes } from "./message.ts";

/** Texts kept; readers that keep up are never further apart than a few events. */
const KEPT = 1024;

/** Makes the text of an event once, however many read it. */
export class EventTexts {
  readonly #feed: TaskEventFeed;
  readonly #event: ((event: FeedEvent["event"]) => string) | undefined;
  readonly #kept: ({ position: number; bytes: Uint8Array<ArrayBuffer> } | undefined)[] = [];

  /** `name` names the events; without it they are `progress` and `status`. */
  constructor(feed: TaskEventFeed, name?: string) {
    this.#feed = feed;
    this.#event = name === undefined ? undefined : () => name;
  }

  /** Undefined for no events. */
  of(events: readonly FeedEvent[]): Uint8Array<ArrayBuffer> | undefined {
    if (events.length < 2) return events[0] && this.#one(events[0]);
    return joined(events.map((each) => this.#one(each)));
  }

  #one({ position, event }: FeedEvent): Uint8Array<ArrayBuffer> {
    const kept = this.#kept[position % KEPT];
    if (kept?.position === position) return kept.bytes;
    const bytes = sseBytes({
      id: this.#feed.idOf(position),
      event: this.#event?.(event) ?? (event.progress === undefined ? "status" : "progress"),
      data: taskEventJson(event),
    });
    this.#kept[position % KEPT] = { position, bytes };
    return bytes;
  }
}
