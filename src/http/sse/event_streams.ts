import type { HttpLog } from "../deps.ts";
import { EventStream, type StreamSource } from "./event_stream.ts";

export interface EventStreamsOptions {
  /** Ends every stream: `Deno.HttpServer.shutdown()` waits for ever while one is open (fact of Deno 2.9). */
  stopSignal: AbortSignal;
  log: HttpLog;
  /** Time between two heartbeats. @default 15000 */
  heartbeatMs?: number;
  /** Bytes of news that may wait for a client that does not read before it is given up. @default 65536 */
  bufferBytes?: number;
}

/** The streams that are open: one timer beats for all of them, one signal ends all of them. */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly bufferBytes: number;
  readonly #open = new Set<EventStream>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    this.bufferBytes = options.bufferBytes ?? 65_536;
    options.stopSignal.addEventListener("abort", () => {
      for (const stream of [...this.#open]) stream.end();
    }, { once: true });
  }

  get open(): number {
    return this.#open.size;
  }

  /**
   * Answers with a stream. `gone` aborts when the client has gone. While the service stops, a stream says how things
   * are and ends, so that its client comes back to the next process.
   */
  respond(gone: AbortSignal, make: (stream: EventStream) => StreamSource): Response {
    const onGone = () => stream.end();
    const stream = new EventStream(() => {
      gone.removeEventListener("abort", onGone);
      this.#left(stream);
    });
    stream.from(make(stream));
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#beat(), this.#options.heartbeatMs ?? 15_000);
    if (gone.aborted) onGone();
    else gone.addEventListener("abort", onGone, { once: true });
    if (this.#options.stopSignal.aborted) stream.end({ afterNext: true });
    return new Response(stream.body, { headers: streamHeaders });
  }

  /** Gives up a client that is too slow; it may come back for what it missed. */
  drop(stream: EventStream, reason: string): void {
    if (stream.closed) return;
    this.#options.log.debug("event_stream_dropped", { reason });
    stream.end();
  }

  #beat(): void {
    for (const stream of [...this.#open]) {
      if (!stream.beat()) this.drop(stream, "the client takes nothing");
    }
  }

  #left(stream: EventStream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Of a stream: nothing between here and the client may keep it, pack it (`no-transform`) or wait for more of it. */
export const streamHeaders: Record<string, string> = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** To a client that comes back for what has ended and that it has seen end: browsers stop coming then. */
export const NO_MORE = (): Response => new Response(null, { status: 204 });
