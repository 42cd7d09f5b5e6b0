/** A message of an event stream as a client sees it. */
export interface Message {
  id?: string;
  event: string;
  data: EventData;
}

/** What the messages of all streams may say. */
export interface EventData {
  task_id?: string;
  batch_id?: string;
  type?: string;
  status?: string;
  attempts?: number;
  progress?: { done: number; total: number; message?: string };
  error?: { code: string };
  result?: unknown;
  priority?: number;
  total?: number;
  counts?: Record<string, number>;
  accepted?: number;
  paused?: boolean;
  /** Of a line of the log. */
  level?: string;
  message?: string;
  request_id?: string;
  /** Of `missed`. */
  lines?: number;
}

/** Shorter than the time between heartbeats, which would find in the end what was forgotten. */
const PATIENCE_MS = 10_000;

/** Reads an event stream message by message, as the WHATWG's rules have it. */
export class EventReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #ready: Message[] = [];
  #text = "";
  comments = 0;
  retryMs: number | undefined;
  /** The id a client would come back with. */
  lastId: string | undefined;

  constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next message; undefined at the end. Rejects where the stream is cut off. */
  async next(): Promise<Message | undefined> {
    while (this.#ready.length === 0) {
      const { done, value } = await this.#read();
      if (done) return undefined;
      this.#take(value);
    }
    const message = this.#ready.shift()!;
    this.lastId = message.id ?? this.lastId;
    return message;
  }

  /** All messages up to the end, or up to the first that fits. */
  async until(fits: (message: Message) => boolean = () => false): Promise<Message[]> {
    const all: Message[] = [];
    for (let message; (message = await this.next()) !== undefined;) {
      all.push(message);
      if (fits(message)) break;
    }
    return all;
  }

  /** Reads on until a comment has come. */
  async comment(): Promise<void> {
    for (const before = this.comments; this.comments === before;) {
      const { done, value } = await this.#read();
      if (done) throw new Error("the stream has ended");
      this.#take(value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<ReadableStreamReadResult<string>> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no message for ${PATIENCE_MS} ms`)), PATIENCE_MS);
    try {
      return await Promise.race([this.#reader.read(), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #take(text: string): void {
    const blocks = (this.#text + text).split("\n\n");
    this.#text = blocks.pop()!;
    for (const block of blocks) {
      const fields = block.split("\n").map((line) => /^([^:]*): ?(.*)$/.exec(line)!);
      const data = fields.filter(([, name]) => name === "data").map(([, , value]) => value);
      const field = (name: string) => fields.find((each) => each[1] === name)?.[2];
      if (field("") !== undefined) this.comments++;
      if (field("retry") !== undefined) this.retryMs = Number(field("retry"));
      const id = field("id");
      if (data.length > 0) {
        this.#ready.push({ id, event: field("event") ?? "message", data: JSON.parse(data.join("\n")) });
      }
    }
  }
}
