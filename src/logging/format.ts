import type { LogRecord } from "@logtape/logtape";
import type { Redactor } from "./redact.ts";

/** A record made fit to be written: its text and its fields, without secrets. */
export interface PlainRecord {
  /** RFC 3339, UTC. */
  ts: string;
  level: string;
  /** Dotted. */
  category: string;
  /** `event key=value ...`: the same text in either format, so that one search finds it in both. */
  message: string;
  fields: Record<string, unknown>;
}

/** Fields that say where a record belongs; they come last in the text. */
const CONTEXT_NAMES: ReadonlySet<string> = new Set(["request_id", "task_id", "trace_id"]);
const RESERVED: ReadonlySet<string> = new Set(["ts", "level", "category", "message"]);

/** Renders a record's text and takes the secrets out of it; everything that is written goes through here. */
export function plainRecord(record: LogRecord, redactor: Redactor): PlainRecord {
  const fields = redactor.fields(record.properties);
  const parts = record.message.map((part, i) => i % 2 === 0 ? part : shown(redactor.fields({ part }).part));
  let message = redactor.textBeside(parts.join(""), record.properties);
  const raw = record.rawMessage;
  // A template (`Hello {name}`) has said its fields itself; an event name has them follow.
  if (typeof raw === "string" && !raw.includes("{")) {
    const names = Object.keys(fields).sort((a, b) =>
      Number(CONTEXT_NAMES.has(a)) - Number(CONTEXT_NAMES.has(b))
    );
    for (const name of names) {
      if (fields[name] !== undefined) message += ` ${name}=${shown(fields[name])}`;
    }
  }
  return {
    ts: new Date(record.timestamp).toISOString(),
    level: record.level,
    category: record.category.join("."),
    message: printable(redactor.text(message)),
    fields,
  };
}

/** One JSON object: ts, level, category, message, then the fields; a field of one of those names gets `field_` before it. */
export function jsonLine(record: PlainRecord): string {
  const { ts, level, category, message, fields } = record;
  const line: Record<string, unknown> = { ts, level, category, message };
  for (const [name, value] of Object.entries(fields)) {
    line[RESERVED.has(name) ? `field_${name}` : name] = value;
  }
  return JSON.stringify(line);
}

const COLOURS: Readonly<Record<string, string>> = {
  trace: "\x1b[90m",
  debug: "\x1b[90m",
  info: "\x1b[32m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
  fatal: "\x1b[35m",
};

/** One line for people, and the stack of an error indented below it. */
export function prettyLine(record: PlainRecord, colour: boolean): string {
  const { ts, category, message } = record;
  const word = record.level.toUpperCase().padEnd(7);
  const level = colour ? `${COLOURS[record.level] ?? ""}${word}\x1b[0m` : word;
  return `${ts} ${level} ${category}  ${message}${stacks(record.fields)}`;
}

function stacks(fields: Record<string, unknown>): string {
  let out = "";
  for (const value of Object.values(fields)) {
    const stack = typeof value === "object" && value !== null && (value as { stack?: unknown }).stack;
    if (typeof stack !== "string") continue;
    for (const frame of stack.split("\n").map((line) => line.trim())) {
      if (frame.startsWith("at ")) out += `\n    ${printable(frame)}`;
    }
  }
  return out;
}

/** A value in the text: plain words as they are, all else quoted or as JSON. */
function shown(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=\\]+$/.test(value) ? value : JSON.stringify(value);
  if (value instanceof Error) return JSON.stringify(value.message);
  if (typeof value === "object" && value !== null) {
    const { name, message, stack } = value as Record<string, unknown>;
    if (typeof name === "string" && typeof message === "string" && typeof stack === "string") {
      return JSON.stringify(message); // an error made plain; its stack stands elsewhere
    }
    return JSON.stringify(value) ?? "";
  }
  return String(value);
}

/** Control characters made visible: what a stranger sent must not move the cursor or begin a line of its own. */
function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
