import { InterruptedError } from "../../platform/errors.ts";

/** The bodies this child has fetched and nobody has taken yet, with a bound on their sum. */
export class Bodies {
  readonly #held = new Map<number, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {InterruptedError} where too many bodies wait: the task comes back when there is room */
  put(id: number, bytes: Uint8Array): void {
    if (this.#held.size > 0 && this.#bytes + bytes.length > this.#maxBytes) {
      throw new InterruptedError("The sandbox holds as many bodies as it may");
    }
    this.#held.set(id, bytes);
    this.#bytes += bytes.length;
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
}
