const MAX_CHARS = 8192;

/** Drains a child's stderr for as long as it lives and keeps the end of it. */
export class StderrTail {
  #text = "";

  async drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#text = (this.#text + decoder.decode(chunk, { stream: true })).slice(-MAX_CHARS);
    }
  }

  get text(): string {
    return this.#text;
  }

  /** `: <first line that says something>`, or nothing; no path of this machine. */
  get detail(): string {
    const line = this.#text.split("\n").map((text) => text.trim()).find((text) => text !== "");
    return line === undefined
      ? ""
      : `: ${line.replaceAll(/(file:\/\/)?\/[^\s:)"']+/g, "<path>").slice(0, 300)}`;
  }
}
