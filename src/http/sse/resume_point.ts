import type { EventFilter, FeedEvent, TaskEventFeed } from "../../queue/service_port.ts";
import type { HttpContext } from "../context.ts";

/** On the id of a final state, so that a client that comes back with it is told not to (a browser does by itself). */
const END = "-end";

/** The id of a final state. */
export function endId(feed: TaskEventFeed, position: number): string {
  return feed.idOf(position) + END;
}

/**
 * Where a client goes on. Made before any state is read, so that what happens meanwhile is told after it and not lost.
 */
export class ResumePoint {
  readonly #feed: TaskEventFeed;
  /** It named a last event, known or not. */
  readonly isReturn: boolean;
  /** Position of the newest event when it came. */
  readonly now: number;
  /** Position of the last event it has, where it names one that is known. */
  readonly last: number | undefined;
  /** It has the final state. */
  readonly hadEnd: boolean;

  constructor(c: HttpContext, feed: TaskEventFeed, query: string | undefined) {
    const given = c.req.header("last-event-id") || query || undefined;
    this.#feed = feed;
    this.isReturn = given !== undefined;
    this.now = feed.last;
    this.hadEnd = given?.endsWith(END) ?? false;
    this.last = given === undefined
      ? undefined
      : feed.positionOf(this.hadEnd ? given.slice(0, -END.length) : given);
  }

  /** What it missed; undefined for one that begins, and where it cannot be told (any more): give it the state. */
  missed(filter: EventFilter): FeedEvent[] | undefined {
    return this.last === undefined ? undefined : this.#feed.read(this.last, filter)?.events;
  }
}
