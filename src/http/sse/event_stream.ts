import { HEARTBEAT } from "./message.ts";

/** What a stream sends. It is asked, so that what the client does not take is never made. */
export interface StreamSource {
  /** What to send next; undefined where there is nothing now. Asked only once the client has taken all before it. */
  next(): Uint8Array<ArrayBuffer> | undefined;
  /** Nothing follows what `next` gave last. */
  readonly ended: boolean;
  /** A heartbeat is due. */
  beat?(): void;
  /** The stream is over, whatever ended it. */
  close(): void;
}

/** Heartbeats for which the end of a stream may wait to be taken. */
const MAX_MISSED_BEATS = 2;

/**
 * One client's stream. It holds nothing but what it has been asked for: bytes pushed at a client that does not read
 * were 436 MB in ten seconds (facts of Deno 2.9), so the source keeps its place and gives on `next`.
 *
 * States: idle (the client has not taken the last bytes) ⇄ wanted (it waits for more) → closed, by the source's end,
 * `end`, `drop`, or the client's going.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #onClose: (stream: EventStream) => void;
  #source: StreamSource | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #wanted = false;
  #scheduled = false;
  #closed = false;
  #lastOne = false;
  #missedBeats = 0;

  constructor(onClose: (stream: EventStream) => void) {
    this.#onClose = onClose;
    this.body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#wanted = true;
        this.#send();
      },
      cancel: () => this.#close(),
    }, { highWaterMark: 0 });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Before the body is read. */
  from(source: StreamSource): void {
    this.#source = source;
  }

  /** There is something new; what comes within one turn goes out together. */
  wake(): void {
    if (!this.#wanted || this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  /** Ends it as it should; with `afterNext` once the next bytes have been sent. */
  end(options: { afterNext?: boolean } = {}): void {
    if (options.afterNext) {
      this.#lastOne = true;
    } else if (!this.#closed) {
      this.#controller!.close();
      this.#close();
    }
  }

  /** Cuts the client off. */
  drop(reason: string): void {
    if (this.#closed) return;
    this.#controller!.error(new Error(reason));
    this.#close();
  }

  beat(): void {
    if (this.#closed) return;
    this.#source!.beat?.();
    if (this.#wanted) {
      this.#missedBeats = 0;
      this.#give(HEARTBEAT);
    } else if (++this.#missedBeats > MAX_MISSED_BEATS && this.#source!.ended) {
      this.drop("the client does not take the end");
    }
  }

  #send(): void {
    if (!this.#wanted || this.#closed) return;
    const source = this.#source!;
    const bytes = source.next();
    if (this.#closed) return; // the source found that its client was too slow
    if (bytes !== undefined) this.#give(bytes);
    if (source.ended || this.#lastOne) this.end();
  }

  #give(bytes: Uint8Array<ArrayBuffer>): void {
    this.#wanted = false;
    this.#controller!.enqueue(bytes);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wanted = false;
    this.#source?.close();
    this.#onClose(this);
  }
}
