import { isolated } from "./text/plain.ts";
import { ansi, type Paint, plain } from "./text/paint.ts";

type Stream = typeof Deno.stdout;

export interface OutputOptions {
  json: boolean;
  colour: boolean;
}

/** The reader of a pipe has gone (`tutti tasks | head`): there is nobody left to tell anything. */
export class ReaderGone extends Error {}

const encoder = new TextEncoder();

/**
 * stdout for what was asked for, stderr for what is said beside it (progress, problems), so that a pipe gets the one and a
 * person sees the other.
 */
export class Output {
  readonly isJson: boolean;
  readonly isTty: boolean;
  /** Colours of stdout. */
  readonly paint: Paint;
  /** Colours of stderr. */
  readonly paintBeside: Paint;
  readonly #besideIsTty: boolean;
  #bar = "";

  constructor({ json, colour }: OutputOptions) {
    this.isJson = json;
    this.isTty = Deno.stdout.isTerminal();
    this.#besideIsTty = Deno.stderr.isTerminal();
    this.paint = colour && this.isTty && !json ? ansi : plain;
    this.paintBeside = colour && this.#besideIsTty ? ansi : plain;
  }

  /** Columns of the terminal; undefined where there is none, and nothing is cut. */
  get columns(): number | undefined {
    return this.isTty ? this.size().columns : undefined;
  }

  size(): { columns: number; rows: number } {
    try {
      const { columns, rows } = Deno.consoleSize();
      // A terminal that has not been told its size says 0.
      return { columns: columns || 80, rows: rows || 24 };
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  /** A stranger's words on a line of ours: on a terminal held apart where they are Hebrew, in a pipe as they are. */
  apart(text: string): string {
    return this.isTty ? isolated(text) : text;
  }

  line(text: string): void {
    this.write(text + "\n");
  }

  lines(texts: readonly string[]): void {
    if (texts.length > 0) this.line(texts.join("\n"));
  }

  /** One document, or one line of many. */
  json(value: unknown): void {
    // The controls of 80 to 9f are plain text to JSON and orders to some terminals.
    const text = JSON.stringify(value).replaceAll(
      /[\u007f-\u009f]/g,
      (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
    );
    this.line(text);
  }

  write(text: string): void {
    this.endBar();
    writeAll(Deno.stdout, text);
  }

  /** To stderr. */
  beside(text: string): void {
    this.endBar();
    writeAll(Deno.stderr as Stream, text + "\n");
  }

  /** Draws a line of progress over the last one; only for a person who looks on. */
  bar(text: string): void {
    if (!this.#besideIsTty || this.isJson) return;
    this.#bar = text;
    writeAll(Deno.stderr as Stream, `\r\x1b[K${text}`);
  }

  /** Takes the line of progress away. */
  endBar(): void {
    if (this.#bar === "") return;
    this.#bar = "";
    writeAll(Deno.stderr as Stream, "\r\x1b[K");
  }
}

function writeAll(stream: Stream, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    throw error instanceof Deno.errors.BrokenPipe ? new ReaderGone() : error;
  }
}
