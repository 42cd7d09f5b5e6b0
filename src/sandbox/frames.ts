/**
 * How parent and child talk: one JSON object a line. Lines from a child begin with a marker that only the two know,
 * after a line break of their own, so what user code prints to stdout is never taken for a frame.
 */

/** Splits a child's stdout into frames. Never holds more than `maxBytes` of one line. */
export class FrameReader {
  readonly #marker: string;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(marker: string, maxBytes: number) {
    this.#marker = marker;
    this.#maxBytes = maxBytes;
  }

  /** The JSON values of the frames this chunk completes; `undefined` for a marked line that is not JSON. */
  *push(chunk: Uint8Array): Generator<unknown> {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#hold(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const line = this.#take();
      if (!line.startsWith(this.#marker)) continue;
      yield parse(line.slice(this.#marker.length));
    }
    this.#hold(rest);
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#size += part.length;
    if (this.#size > this.#maxBytes) {
      throw new RangeError(`Cannot read a frame as it is longer than ${this.#maxBytes} bytes`);
    }
    this.#parts.push(part);
  }

  #take(): string {
    const only = this.#parts.length === 1 ? this.#parts[0]! : concat(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    return this.#decoder.decode(only);
  }
}

/** One byte array out of many. */
export function concat(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
