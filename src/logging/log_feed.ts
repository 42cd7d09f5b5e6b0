import { randomSuffix } from "../platform/ids.ts";
import { REDACTED } from "./redact.ts";

/** Levels of lines as LogTape has them, the least first. */
const RANKS: Readonly<Record<string, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warning: 3,
  error: 4,
  fatal: 5,
};

/** A line as `app.log` has it, secrets taken out. */
export interface LogLine {
  /** From 1, in the order of logging. */
  position: number;
  level: string;
  taskId?: string;
  requestId?: string;
  /** One JSON object. */
  json: string;
}

/** Which lines somebody wants; every condition given must hold. */
export interface LogFilter {
  /** Least level. */
  level?: string;
  taskId?: string;
  requestId?: string;
}

export interface LogFeedOptions {
  /** Lines that are kept. @default 2000 */
  maxLines?: number;
  /** About how many characters of them. @default 1 Mi */
  maxChars?: number;
}

/**
 * The latest lines of the log, for those who follow it: each reader holds a place here and no lines of its own, so that
 * one that lags costs nothing and misses what fell out meanwhile.
 */
export class LogFeed {
  readonly #boot = randomSuffix(12);
  readonly #lines: (LogLine | undefined)[];
  readonly #maxChars: number;
  readonly #listeners = new Set<(line: LogLine) => void>();
  #first = 1;
  #last = 0;
  #chars = 0;

  /** @throws {RangeError} where an option is not a whole number above 0. */
  constructor({ maxLines = 2000, maxChars = 1024 * 1024 }: LogFeedOptions = {}) {
    for (const [name, value] of Object.entries({ maxLines, maxChars })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new RangeError(
        `Cannot keep lines as ${name} must be a whole number above 0: current value is ${value}`,
      );
    }
    this.#lines = new Array<LogLine | undefined>(maxLines).fill(undefined);
    this.#maxChars = maxChars;
  }

  /** Position of the newest line; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  append(line: Omit<LogLine, "position">): void {
    const made: LogLine = { position: ++this.#last, ...line };
    const slots = this.#lines.length;
    if (this.#last - this.#first >= slots) this.#forgetFirst();
    this.#lines[made.position % slots] = made;
    this.#chars += made.json.length;
    while (this.#chars > this.#maxChars && this.#first < this.#last) this.#forgetFirst();
    for (const listener of this.#listeners) listener(made);
  }

  /**
   * Lines after a position that fit, oldest first, about `maxChars` of them (at least one), and the position up to which
   * there are no others. `missed`: how many that may have fitted had fallen out.
   */
  read(
    after: number,
    filter: LogFilter,
    maxChars = 65_536,
  ): { lines: LogLine[]; upTo: number; missed: number } {
    const begin = Math.max(after + 1, this.#first);
    const lines: LogLine[] = [];
    let chars = 0;
    let upTo = begin - 1;
    for (; upTo < this.#last && chars < maxChars; upTo++) {
      const line = this.#at(upTo + 1);
      if (!fits(line, filter)) continue;
      lines.push(line);
      chars += line.json.length;
    }
    return { lines, upTo, missed: begin - after - 1 };
  }

  /** The position after which the last `count` lines that fit begin. */
  before(count: number, filter: LogFilter): number {
    let position = this.#last;
    for (let left = count; position >= this.#first && left > 0; position--) {
      if (fits(this.#at(position), filter)) left--;
    }
    return position;
  }

  /** A position as one of this process, which another one's can be told from. */
  idOf(position: number): string {
    return `${this.#boot}-${position}`;
  }

  /** The position an id stands for; undefined where it is none of this process. */
  positionOf(id: string): number | undefined {
    const [boot, digits] = id.split("-");
    if (boot !== this.#boot || digits === undefined || !/^\d{1,15}$/.test(digits)) return undefined;
    const position = Number(digits);
    return position <= this.#last ? position : undefined;
  }

  /** Told of every line that fits, at once; it must neither throw nor log. Returns how to stop being told. */
  follow(filter: LogFilter, listener: () => void): () => void {
    const told = (line: LogLine) => {
      if (fits(line, filter)) listener();
    };
    this.#listeners.add(told);
    return () => void this.#listeners.delete(told);
  }

  /** Takes a text out of what is kept: it turned out to be a secret. */
  redact(secret: string): void {
    const written = JSON.stringify(secret).slice(1, -1);
    if (written === "") return;
    for (let position = this.#first; position <= this.#last; position++) {
      const line = this.#at(position);
      if (line.json.includes(written)) line.json = line.json.replaceAll(written, REDACTED);
    }
  }

  #at(position: number): LogLine {
    return this.#lines[position % this.#lines.length]!;
  }

  #forgetFirst(): void {
    const slot = this.#first++ % this.#lines.length;
    this.#chars -= this.#lines[slot]!.json.length;
    this.#lines[slot] = undefined;
  }
}

function fits(line: LogLine, { level, taskId, requestId }: LogFilter): boolean {
  return (level === undefined || (RANKS[line.level] ?? 0) >= (RANKS[level] ?? 0)) &&
    (taskId === undefined || line.taskId === taskId) &&
    (requestId === undefined || line.requestId === requestId);
}
