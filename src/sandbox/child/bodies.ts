import { InterruptedError } from "../../platform/errors.ts";

/** A body on its way in from the parent. */
interface Arrival {
  readonly bytes: Uint8Array;
  at: number;
  readonly complete: PromiseWithResolvers<void>;
}

/** The bodies this child has and nobody has taken yet, with a bound on their sum. */
export class Bodies {
  readonly #held = new Map<number, Uint8Array>();
  readonly #arriving = new Map<number, Arrival>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {InterruptedError} where too many bodies wait: the task comes back when there is room */
  put(id: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#held.set(id, bytes);
  }

  /**
   * Waits for `sizeBytes` bytes to come by `push`, then holds them.
   * @throws {InterruptedError} where too many bodies wait
   */
  async arrive(id: number, sizeBytes: number, signal: AbortSignal): Promise<void> {
    if (sizeBytes === 0) return this.put(id, new Uint8Array(0));
    this.#reserve(sizeBytes);
    const arrival = { bytes: new Uint8Array(sizeBytes), at: 0, complete: Promise.withResolvers<void>() };
    this.#arriving.set(id, arrival);
    const onAbort = () => arrival.complete.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await arrival.complete.promise;
      this.#held.set(id, arrival.bytes);
    } catch (error) {
      this.#bytes -= sizeBytes;
      throw error;
    } finally {
      this.#arriving.delete(id);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** The next bytes of an arrival; those of one that was given up are let go. */
  push(id: number, part: Uint8Array): void {
    const arrival = this.#arriving.get(id);
    if (!arrival) return;
    arrival.bytes.set(part, arrival.at);
    arrival.at += part.length;
    if (arrival.at === arrival.bytes.length) arrival.complete.resolve();
  }

  take(id: number): Uint8Array {
    const body = this.#held.get(id);
    if (!body) throw new InterruptedError("The sandbox no longer holds this body");
    this.drop(id);
    return body;
  }

  drop(id: number): void {
    const body = this.#held.get(id);
    if (!body) return;
    this.#held.delete(id);
    this.#bytes -= body.length;
  }

  #reserve(sizeBytes: number): void {
    // Alone it may be larger than the bound: then what one call may fetch is what counts.
    if (this.#bytes > 0 && this.#bytes + sizeBytes > this.#maxBytes) {
      throw new InterruptedError("The sandbox holds as many bodies as it may");
    }
    this.#bytes += sizeBytes;
  }
}
