/** One event may have this many letters; a server that sends more is no model's. */
const MAX_LENGTH = 1024 * 1024;

/**
 * The `data` of server-sent events, however the bytes are cut: in the middle of a letter, of a line, of CRLF. Comments
 * (keep-alives) and other fields are passed over. What stands after the last blank line counts as an event of its own, as
 * servers leave that line out.
 */
export class EventStreamReader {
  readonly #decoder = new TextDecoder();
  #line = "";
  #data: string[] = [];
  #length = 0;
  #afterReturn = false;

  /** @throws {RangeError} an event is longer than any should be */
  push(bytes: Uint8Array): string[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): string[] {
    return this.#read(`${this.#decoder.decode()}\n\n`);
  }

  #read(text: string): string[] {
    const events: string[] = [];
    if (text === "") return events;
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1); // of a CRLF that was cut in two
    this.#afterReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop()!;
    for (const line of lines) {
      this.#field(this.#line + line, events);
      this.#line = "";
    }
    this.#line += rest;
    if (this.#line.length + this.#length > MAX_LENGTH) {
      throw new RangeError(
        `Cannot read an event as it must have at most ${MAX_LENGTH} letters: there are more`,
      );
    }
    return events;
  }

  #field(line: string, events: string[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push(this.#data.join("\n"));
      this.#data = [];
      this.#length = 0;
    } else if (line.startsWith("data:")) {
      this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      this.#length += line.length;
    }
  }
}
