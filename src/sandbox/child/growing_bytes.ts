const FIRST_BYTES = 64 * 1024;

/**
 * Bytes that come in parts, in one piece from the start: a part of one byte kept by itself would cost some 200, and a
 * site may send ten million of them.
 */
export class GrowingBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor() {
    this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  get length(): number {
    return this.#length;
  }

  push(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) this.#resize(Math.max(length, this.#bytes.length * 2));
    this.#bytes.set(part, this.#length);
    this.#length = length;
  }

  /** What has come, at most `maxBytes` of it, in a buffer of its own size. To be called once. */
  take(maxBytes = Infinity): Uint8Array<ArrayBuffer> {
    this.#resize(Math.min(this.#length, maxBytes));
    return this.#bytes;
  }

  #resize(bytes: number): void {
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(bytes));
  }
}
