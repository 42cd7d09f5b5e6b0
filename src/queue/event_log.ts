import { randomSuffix } from "../platform/ids.ts";
import type {
  EventFilter,
  FeedEvent,
  FeedListener,
  Queue,
  TaskEvent,
  TaskEventFeed,
} from "./service_port.ts";
import { ENDED } from "./task.ts";

export interface EventLogOptions {
  /** Events kept at most. @default 10000 */
  maxEvents?: number;
  /** Bytes kept at most, as the events would be as JSON. @default 4194304 */
  maxBytes?: number;
}

interface Follower {
  filter: EventFilter;
  listener: FeedListener;
}

/**
 * The ring behind `TaskEventFeed`. It is fed by a queue that does 50,000 tasks a second, so an event costs two stores
 * into arrays that are there already: nothing is made and nothing becomes text until somebody reads. Those who follow
 * one task or batch stand in an index and cost the events of others nothing.
 */
export class EventLog implements TaskEventFeed, Disposable {
  readonly #boot = randomSuffix(12);
  readonly #events: (TaskEvent | undefined)[];
  readonly #sizes: Uint32Array;
  readonly #maxBytes: number;
  #first = 1;
  #last = 0;
  #bytes = 0;
  readonly #byTask = new Map<string, Set<Follower>>();
  readonly #byBatch = new Map<string, Set<Follower>>();
  readonly #others = new Set<Follower>();
  readonly #unsubscribe: () => void;

  /** @throws {RangeError} where an option is not a whole number above 0. */
  constructor(queue: Pick<Queue, "subscribe">, options: EventLogOptions = {}) {
    const { maxEvents = 10_000, maxBytes = 4 * 1024 * 1024 } = options;
    for (const [name, value] of Object.entries({ maxEvents, maxBytes })) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(
          `Cannot keep events as ${name} must be a whole number above 0: current value is ${value}`,
        );
      }
    }
    this.#events = new Array<TaskEvent | undefined>(maxEvents).fill(undefined);
    this.#sizes = new Uint32Array(maxEvents);
    this.#maxBytes = maxBytes;
    this.#unsubscribe = queue.subscribe((event) => this.#add(event));
  }

  get last(): number {
    return this.#last;
  }

  get start(): number {
    return this.#first - 1;
  }

  /** What is kept, in bytes of JSON (about). */
  get sizeBytes(): number {
    return this.#bytes;
  }

  idOf(position: number): string {
    return `${this.#boot}-${position}`;
  }

  positionOf(id: string): number | undefined {
    const [, boot, digits] = /^([a-z0-9]{1,32})-(\d{1,15})$/.exec(id) ?? [];
    if (boot !== this.#boot) return undefined;
    const position = Number(digits);
    return this.#isKnown(position) ? position : undefined;
  }

  read(
    after: number,
    filter: EventFilter,
    maxBytes = Infinity,
  ): { events: FeedEvent[]; upTo: number } | undefined {
    if (!this.#isKnown(after)) return undefined;
    const events: FeedEvent[] = [];
    let bytes = 0;
    let position = after;
    while (position < this.#last && bytes < maxBytes) {
      position++;
      const slot = position % this.#events.length;
      const event = this.#events[slot]!;
      if (!fits(event, filter)) continue;
      events.push({ position, event });
      bytes += this.#sizes[slot]!;
    }
    return { events, upTo: position };
  }

  /** What somebody has missed who saw the event of this id last; undefined where it cannot be told any more. */
  since(id: string, filter: EventFilter = {}): FeedEvent[] | undefined {
    const position = this.positionOf(id);
    return position === undefined ? undefined : this.read(position, filter)?.events;
  }

  follow(filter: EventFilter, listener: FeedListener): () => void {
    const follower = { filter, listener };
    if (filter.taskId !== undefined) return join(this.#byTask, filter.taskId, follower);
    if (filter.batchId !== undefined) return join(this.#byBatch, filter.batchId, follower);
    this.#others.add(follower);
    return () => void this.#others.delete(follower);
  }

  /** Hears of nothing more. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  /** Whether everything after the position is still there. */
  #isKnown(position: number): boolean {
    return position <= this.#last && position >= this.#first - 1;
  }

  #add(event: TaskEvent): void {
    const size = sizeOf(event);
    const length = this.#events.length;
    if (this.#last - this.#first + 1 === length) this.#forgetOldest();
    const position = ++this.#last;
    this.#events[position % length] = event;
    this.#sizes[position % length] = size;
    this.#bytes += size;
    while (this.#bytes > this.#maxBytes && this.#first < position) this.#forgetOldest();
    if (this.#byTask.size > 0) tell(this.#byTask.get(event.taskId), position, event, size);
    if (this.#byBatch.size > 0 && event.batchId !== undefined) {
      tell(this.#byBatch.get(event.batchId), position, event, size);
    }
    if (this.#others.size > 0) tell(this.#others, position, event, size);
  }

  #forgetOldest(): void {
    const slot = this.#first++ % this.#events.length;
    this.#bytes -= this.#sizes[slot]!;
    this.#events[slot] = undefined;
  }
}

function join(index: Map<string, Set<Follower>>, key: string, follower: Follower): () => void {
  const followers = index.get(key) ?? new Set();
  followers.add(follower);
  index.set(key, followers);
  return () => {
    followers.delete(follower);
    if (followers.size === 0 && index.get(key) === followers) index.delete(key);
  };
}

function tell(
  followers: ReadonlySet<Follower> | undefined,
  position: number,
  event: TaskEvent,
  size: number,
): void {
  if (followers === undefined) return;
  for (const { filter, listener } of followers) {
    if (fits(event, filter)) listener(position, event, size);
  }
}

function fits(event: TaskEvent, filter: EventFilter): boolean {
  return (filter.taskId === undefined || event.taskId === filter.taskId) &&
    (filter.batchId === undefined || event.batchId === filter.batchId) &&
    (filter.type === undefined || event.type === filter.type) &&
    (filter.brand === undefined || event.brand === filter.brand) &&
    (filter.endedOnly !== true || ENDED.has(event.status));
}

/** Field names, punctuation, times and numbers of an event as JSON. */
const FRAME_BYTES = 180;

/** About the bytes of an event as JSON, from lengths alone. */
function sizeOf({ taskId, batchId, brand, requestId, error, progress }: TaskEvent): number {
  return FRAME_BYTES + taskId.length + (batchId?.length ?? 0) + (brand?.length ?? 0) +
    (requestId?.length ?? 0) + (error?.message.length ?? 0) + (progress?.message?.length ?? 0);
}
