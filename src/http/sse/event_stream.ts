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

/** Heartbeats a client may take nothing for. */
const MAX_MISSED_BEATS = 2;

/**
 * One client's stream. It holds nothing but what it has been asked for: bytes pushed at a client that does not read
 * were 436 MB in ten seconds (facts of Deno 2.9), so the source keeps its place and gives on `next`.
 *
 * States: idle (the client has not taken the last bytes) ⇄ wanted (it waits for more) → closed, by the source's end,
 * `end`, or the client's going. A client that is given up sees a plain end, too: for an error `Deno.serve` would write a
 * stack to stderr.
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
        this.#missedBeats = 0;
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

  /** A heartbeat is due. Returns false where the client has taken nothing for too long. */
  beat(): boolean {
    if (this.#closed) return true;
    this.#source!.beat?.();
    if (this.#wanted) this.#give(HEARTBEAT);
    else if (++this.#missedBeats > MAX_MISSED_BEATS) return false;
    return true;
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
