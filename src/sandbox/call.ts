import type { CallOptions, ProcessTaskHost } from "./port.ts";
import type { FromChild, Operation, ToChild } from "./protocol.ts";

/** Log and progress messages of one task; what comes after is dropped. */
const MAX_CHATTER = 20_000;

export interface CallRequest {
  op: Operation;
  args: unknown;
  /** The body the call takes. */
  bodyId?: number;
  /** Bytes `readBody` may send: the body's own size. */
  maxChunkBytes?: number;
  /** Sent after the call: what `put` leaves with the child. */
  upload?: Uint8Array;
  /** Told when the call takes the child's thread. Must not throw. */
  onSection?: () => void;
  host?: ProcessTaskHost;
}

/** One call in a child's hands. Settles once; its timer and its listener go with it. */
export class Call {
  readonly id: number;
  readonly request: CallRequest;
  readonly timeoutMs: number;
  readonly chunks: Uint8Array[] = [];
  /** Cancels what a process task asks of its worker. */
  readonly asks = new AbortController();
  /** Set once the call was told to stop: what it fails with if its child obeys. */
  stopped?: unknown;
  readonly #outcome = Promise.withResolvers<unknown>();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  readonly #signal?: AbortSignal;
  #onAbort?: () => void;
  #chunkBytes = 0;
  #chatter = 0;

  constructor(id: number, request: CallRequest, { signal, timeoutMs }: CallOptions) {
    this.id = id;
    this.request = request;
    this.timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  get outcome(): Promise<unknown> {
    return this.#outcome.promise;
  }

  get message(): ToChild {
    const { op, args, bodyId } = this.request;
    return { t: "call", id: this.id, op, args, bodyId };
  }

  /** Arms the two ways a caller ends a call early. */
  arm(onTimeout: () => void, onAbort: (reason: unknown) => void): void {
    this.later(this.timeoutMs, onTimeout);
    this.#onAbort = () => onAbort(this.#signal!.reason);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Runs `then` after `ms` unless the call has settled by then. */
  later(ms: number, then: () => void): void {
    this.#timers.push(setTimeout(then, ms));
  }

  /** What the child says on the way to the result. @returns false where it sends more than the call may be sent */
  hear(message: FromChild & { t: "chunk" | "progress" | "log" }): boolean {
    const { host, maxChunkBytes = 0 } = this.request;
    if (message.t === "chunk") {
      const bytes = Uint8Array.fromBase64(message.data);
      this.#chunkBytes += bytes.length;
      if (this.#chunkBytes > maxChunkBytes) return false;
      this.chunks.push(bytes);
    } else if (++this.#chatter > MAX_CHATTER) {
      return true;
    } else if (message.t === "progress") {
      host?.progress(message.done, message.total, message.message);
    } else {
      host?.log(message.level, message.message, message.fields);
    }
    return true;
  }

  resolve(value: unknown): void {
    this.#disarm();
    this.#outcome.resolve(value);
  }

  reject(error: unknown): void {
    this.#disarm();
    this.#outcome.reject(error);
  }

  #disarm(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#onAbort) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.asks.abort();
  }
}
