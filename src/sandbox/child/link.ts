import type { FromChild, Hello, ToChild } from "../protocol.ts";

/** The way to the parent. */
export interface Sender {
  send(message: FromChild): void;
}

/**
 * The child's end of the pipe. Writes are synchronous: `cpu` must be on its way before the section that may never end
 * begins.
 */
export class Link<Received = ToChild, Sent = FromChild, First extends { marker: string } = Hello> {
  readonly #encoder = new TextEncoder();
  readonly #lines: AsyncGenerator<string>;
  #marker = "";

  constructor() {
    this.#lines = readLines(Deno.stdin.readable);
  }

  /** The first line; the marker in it opens the way back. */
  async hello(): Promise<First> {
    const first = await this.#lines.next();
    if (first.done) Deno.exit(0);
    const hello = JSON.parse(first.value) as First;
    this.#marker = hello.marker;
    return hello;
  }

  /** The parent's messages until it closes the pipe. */
  async *messages(): AsyncGenerator<Received> {
    for await (const line of this.#lines) yield JSON.parse(line) as Received;
  }

  send(message: Sent): void {
    const bytes = this.#encoder.encode(`\n${this.#marker}${JSON.stringify(message)}\n`);
    for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
  }
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (
    const chunk of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  ) {
    const lines = chunk.split("\n");
    for (const [index, line] of lines.entries()) {
      parts.push(line);
      if (index === lines.length - 1) break;
      yield parts.join("");
      parts = [];
    }
  }
}
