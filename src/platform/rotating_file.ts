import { basename, dirname, join } from "node:path";
import { messageOf } from "./errors.ts";
import { countLines, endOfLastLine } from "./line_end.ts";

/** What of `Deno.FsFile` a line file needs; a test puts a failing one in its place. */
export type LineFileHandle = Pick<Deno.FsFile, "read" | "write" | "seek" | "stat" | "truncate" | "close">;

export interface RotatingFileOptions {
  path: string;
  /** Size in bytes a file does not grow beyond (one line longer than that has a file of its own). @default 67108864 */
  maxBytes?: number;
  /** Rotated files kept beside it: `path.1` (newest) to `path.<keep>`. @default 5 */
  keep?: number;
  /** How long lines are gathered before they are written, in ms. @default 250 */
  flushMs?: number;
  /** How long after a failed write the next is tried, in ms. @default 1000 */
  retryMs?: number;
  /** Characters held in memory; a line beyond it is dropped and counted. @default 8388608 */
  maxBufferChars?: number;
  /** Told once when writing begins to fail and once when it works again; never for each line. */
  onTrouble?: (trouble: FileTrouble) => void;
  /** Opens for reading and appending, creating it. @default Deno.open */
  open?: (path: string) => Promise<LineFileHandle>;
}

export interface FileTrouble {
  state: "failing" | "recovered";
  path: string;
  /** Why writing fails (or failed). */
  reason: string;
  /** Lines dropped since this file object was made. */
  dropped: number;
}

export interface RotatingFileStats {
  /** Lines whose every byte was given to the system. */
  written: number;
  /** Lines lost because the disk was full or read-only, or the buffer had reached its bound. */
  dropped: number;
  /** Bytes of a half line, left by a crash or a full disk, that were cut off. */
  repairedBytes: number;
  /** Set while writing fails. */
  lastError?: string;
}

/** Bytes given to the system at once: large enough to be cheap, small enough not to hold other file work. */
const CHUNK_CHARS = 256 * 1024;

/**
 * An append-only file of lines for one writer: `append` only pushes to an array, a timer writes. There is no fsync:
 * these lines tell of work and are not the work; the system's own write-back loses a few seconds at power loss and
 * nothing at a crash of the process, while an fsync each batch would wear the disk that the queue needs for its commits.
 *
 * Modes: closed (at first, after trouble) → open (first write; a torn last line is cut) → closed. While in trouble
 * each batch whose turn comes is tried once and dropped when it fails, so memory stays small and the newest lines win.
 * A reader takes what ends with a newline; a file is renamed only when its last line is whole.
 */
export class RotatingFile implements AsyncDisposable {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  readonly #flushMs: number;
  readonly #retryMs: number;
  readonly #maxBufferChars: number;
  readonly #onTrouble: (trouble: FileTrouble) => void;
  readonly #openHandle: (path: string) => Promise<LineFileHandle>;
  readonly #encoder = new TextEncoder();

  #pending: string[] = [];
  #pendingChars = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #draining: Promise<void> | undefined;
  #handle: LineFileHandle | undefined;
  #sizeBytes = 0;
  #disposed = false;
  #written = 0;
  #dropped = 0;
  #repairedBytes = 0;
  #lastError: string | undefined;

  constructor(options: RotatingFileOptions) {
    const { path, maxBytes = 64 * 1024 * 1024, keep = 5, flushMs = 250, retryMs = 1000 } = options;
    const { maxBufferChars = 8 * 1024 * 1024, onTrouble = () => {}, open = openForAppend } = options;
    if (!(maxBytes >= 1)) throw new RangeError(`'maxBytes' must be at least 1: current value is ${maxBytes}`);
    if (!(keep >= 1)) throw new RangeError(`'keep' must be at least 1: current value is ${keep}`);
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
    this.#flushMs = flushMs;
    this.#retryMs = retryMs;
    this.#maxBufferChars = maxBufferChars;
    this.#onTrouble = onTrouble;
    this.#openHandle = open;
  }

  /** Takes one line without its newline. Never throws, never waits. */
  append(line: string): void {
    if (this.#disposed || this.#pendingChars + line.length > this.#maxBufferChars) {
      this.#dropped++;
      return;
    }
    this.#pending.push(line);
    this.#pendingChars += line.length + 1;
    if (this.#timer === undefined && this.#draining === undefined) this.#arm();
  }

  /** Opens the file and cuts a torn last line now instead of at the first write. Failing to is trouble, not an error. */
  open(): Promise<void> {
    if (this.#handle !== undefined) return Promise.resolve();
    return this.#draining ??= this.#drain();
  }

  /** Resolves when every line appended before the call is written or dropped. Never rejects. */
  async flush(): Promise<void> {
    if (this.#draining !== undefined) await this.#draining;
    if (this.#pending.length > 0) this.#draining ??= this.#drain();
    await this.#draining; // also one that another caller began with our lines
  }

  stats(): RotatingFileStats {
    return {
      written: this.#written,
      dropped: this.#dropped,
      repairedBytes: this.#repairedBytes,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.flush();
    clearTimeout(this.#timer);
    this.#handle?.close();
    this.#handle = undefined;
  }

  #arm(): void {
    const waitMs = this.#lastError === undefined ? this.#flushMs : this.#retryMs;
    this.#timer = setTimeout(() => void this.flush(), waitMs);
    Deno.unrefTimer(this.#timer); // a service that has nothing else to do may end: its stop flushes
  }

  /** Writes until nothing is pending or a write fails. Its first await comes before its end in every case. */
  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let batch: string[] = [];
    let done = 0;
    try {
      this.#handle ??= await this.#open();
      while (this.#pending.length > 0) {
        batch = this.#pending;
        done = 0;
        this.#pending = [];
        this.#pendingChars = 0;
        while (done < batch.length) done += await this.#writeChunk(batch, done);
        if (this.#lastError !== undefined) this.#recovered();
      }
    } catch (error) {
      if (batch.length === 0) { // the file could not even be opened
        batch = this.#pending;
        this.#pending = [];
        this.#pendingChars = 0;
      }
      this.#failed(error, batch.length - done);
    } finally {
      this.#draining = undefined;
      if (this.#pending.length > 0 && !this.#disposed) this.#arm();
    }
  }

  /** Writes as many whole lines as fit a chunk and the file; returns how many. On failure the file ends at a line. */
  async #writeChunk(lines: string[], from: number): Promise<number> {
    const limit = Math.min(CHUNK_CHARS, this.#maxBytes);
    let to = from;
    let chars = 0;
    do chars += lines[to++]!.length + 1; while (to < lines.length && chars + lines[to]!.length < limit);
    let bytes = this.#encoder.encode(lines.slice(from, to).join("\n") + "\n");
    if (bytes.length > this.#maxBytes && to - from > 1) { // letters beyond ASCII: more bytes than characters
      to = from + 1;
      bytes = this.#encoder.encode(lines[from]! + "\n");
    }
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#maxBytes) await this.#rotate();
    let sent = 0;
    try {
      // A full disk answers with a short write first and the error only after it: go on until all is sent.
      while (sent < bytes.length) {
        const count = await this.#handle!.write(bytes.subarray(sent));
        if (count === 0) throw new Error("The system took no bytes");
        sent += count;
        this.#sizeBytes += count;
      }
    } catch (error) {
      await this.#cutTornTail().catch(() => {}); // the next open tries again before it writes
      this.#written += countLines(bytes.subarray(0, sent));
      this.#dropped -= countLines(bytes.subarray(0, sent)); // the caller counts the whole rest as dropped
      throw error;
    }
    this.#written += to - from;
    return to - from;
  }

  async #open(): Promise<LineFileHandle> {
    await Deno.mkdir(dirname(this.#path), { recursive: true });
    this.#handle = await this.#openHandle(this.#path);
    await this.#cutTornTail();
    return this.#handle;
  }

  /** Cuts what follows the last newline: a line that a crash or a full disk left half written. */
  async #cutTornTail(): Promise<void> {
    const handle = this.#handle!;
    const sizeBytes = (await handle.stat()).size;
    const end = await endOfLastLine(handle, sizeBytes);
    if (end < sizeBytes) {
      await handle.truncate(end);
      this.#repairedBytes += sizeBytes - end;
    }
    this.#sizeBytes = end;
  }

  async #rotate(): Promise<void> {
    this.#handle?.close();
    this.#handle = undefined;
    const folder = dirname(this.#path);
    const prefix = basename(this.#path) + ".";
    const numbers: number[] = [];
    for await (const entry of Deno.readDir(folder)) {
      const tail = entry.name.startsWith(prefix) ? entry.name.slice(prefix.length) : "";
      if (/^[1-9]\d{0,5}$/.test(tail)) numbers.push(Number(tail));
    }
    numbers.sort((a, b) => b - a);
    for (const number of numbers) { // oldest first, so that no name is taken when its turn comes
      const file = join(folder, prefix + number);
      if (number >= this.#keep) await Deno.remove(file);
      else await Deno.rename(file, join(folder, prefix + (number + 1)));
    }
    await Deno.rename(this.#path, `${this.#path}.1`);
    await this.#open();
  }

  #failed(error: unknown, lost: number): void {
    this.#dropped += lost;
    this.#handle?.close();
    this.#handle = undefined;
    const first = this.#lastError === undefined;
    this.#lastError = messageOf(error);
    if (first) this.#tell("failing", this.#lastError);
  }

  #recovered(): void {
    const reason = this.#lastError!;
    this.#lastError = undefined;
    this.#tell("recovered", reason);
  }

  #tell(state: FileTrouble["state"], reason: string): void {
    try {
      this.#onTrouble({ state, path: this.#path, reason, dropped: this.#dropped });
    } catch { /* a listener's fault must not stop the writing it listens to */ }
  }
}

function openForAppend(path: string): Promise<LineFileHandle> {
  return Deno.open(path, { read: true, append: true, create: true });
}
