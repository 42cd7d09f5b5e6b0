import { ServiceError } from "../../platform/errors.ts";

const RETRY_AFTER_S = 2;

/**
 * Memory for bodies of documents: so many bytes of them at one time, whoever sends them. A large document that finds no room
 * is refused at once and comes again, and small ones go on beside it.
 */
export class UploadRoom {
  readonly #maxBytes: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.#taken;
  }

  /** Room for a body until it is disposed of. @throws {ServiceError} unavailable: there is none now */
  take(bytes: number): Disposable {
    if (this.#taken + bytes > this.#maxBytes) {
      throw new ServiceError("unavailable", "Too many large documents are being handed in at this moment", {
        retryAfterS: RETRY_AFTER_S,
      });
    }
    this.#taken += bytes;
    return { [Symbol.dispose]: () => void (this.#taken -= bytes) };
  }
}
