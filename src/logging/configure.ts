import { AsyncLocalStorage } from "node:async_hooks";
import { configureSync, type LogRecord, resetSync, type Sink } from "@logtape/logtape";
import { RotatingFile, type RotatingFileOptions } from "../platform/rotating_file.ts";
import { tracer } from "../platform/tracing/mod.ts";
import { jsonLine, type PlainRecord, plainRecord, prettyLine } from "./format.ts";
import type { LogControl } from "./log_control.ts";
import type { EventLevel } from "./log_event.ts";
import { LogFeed, type LogFeedOptions } from "./log_feed.ts";
import { Redactor } from "./redact.ts";

export interface LoggingOptions {
  /** Least level that is logged. @default "info" */
  level?: EventLevel;
  /** Format on stderr. @default "pretty" on a terminal, else "json" */
  format?: "pretty" | "json";
  /** `app.log`, always JSON lines; none when left out. */
  file?: Omit<RotatingFileOptions, "onTrouble">;
  /** Takes one line for stderr, its newline included. @default Deno.stderr.writeSync; false: nothing */
  stderr?: ((text: string) => void) | false;
  /** Texts that must never be written, wherever they stand. */
  secrets?: readonly string[];
  /** How much of the latest is kept for those who follow the log. */
  feed?: LogFeedOptions;
}

/** Logging of one process while it is set up. */
export interface Logging extends LogControl, AsyncDisposable {
  /** Resolves when what was logged so far is in the file or was dropped. */
  flush(): Promise<void>;
  /** Another text that must never be written from now on. */
  addSecret(secret: string): void;
  /** Of `app.log`; undefined without a file. */
  stats(): ReturnType<RotatingFile["stats"]> | undefined;
}

/**
 * Sets LogTape up for this process: stderr at once (a crash leaves its last words), `app.log` in batches. Reads no
 * environment. Disposing writes what is gathered and leaves LogTape silent.
 */
export function configureLogging(options: LoggingOptions = {}): Logging {
  const { format = Deno.stderr.isTerminal() ? "pretty" : "json" } = options;
  const { stderr = writeStderr, secrets = [] } = options;
  let { level = "info" } = options;
  const colour = format === "pretty" && stderr === writeStderr && Deno.stderr.isTerminal() && !Deno.noColor;
  const redactor = new Redactor(secrets);
  const lines = new LogFeed(options.feed);

  /** To stderr and to those who follow. Gives the line's JSON. */
  const tell = (plain: PlainRecord): string => {
    const json = jsonLine(plain);
    if (stderr !== false) stderr((format === "json" ? json : prettyLine(plain, colour)) + "\n");
    const { task_id, request_id } = plain.fields;
    lines.append({
      level: plain.level,
      ...(typeof task_id === "string" ? { taskId: task_id } : {}),
      ...(typeof request_id === "string" ? { requestId: request_id } : {}),
      json,
    });
    return json;
  };
  const file = options.file && new RotatingFile({
    flushMs: 100,
    ...options.file,
    // Straight to stderr: the file that cannot be written is no place to say so.
    onTrouble: ({ state, path, reason, dropped }) => {
      const event = state === "failing" ? "log_file_failing" : "log_file_recovered";
      tell(plainRecord({
        category: ["tutti", "logging"],
        level: "warning",
        message: [event],
        rawMessage: event,
        timestamp: Date.now(),
        properties: { path, reason, dropped },
      }, redactor));
    },
  });

  const sink: Sink = (record: LogRecord) => {
    const json = tell(plainRecord(inTrace(record), redactor));
    file?.append(json);
  };
  const contextLocalStorage = new AsyncLocalStorage<Record<string, unknown>>();
  const apply = () =>
    configureSync({
      reset: true,
      sinks: { service: sink },
      loggers: [
        { category: [], lowestLevel: level, sinks: ["service"] },
        {
          category: ["logtape", "meta"],
          lowestLevel: "warning",
          parentSinks: "override",
          sinks: ["service"],
        },
      ],
      contextLocalStorage,
    });
  apply();

  return {
    lines,
    level: () => level,
    setLevel: (next) => {
      level = next;
      apply();
    },
    flush: () => file?.flush() ?? Promise.resolve(),
    addSecret: (secret) => {
      redactor.add(secret);
      lines.redact(secret);
    },
    stats: () => file?.stats(),
    async [Symbol.asyncDispose]() {
      resetSync();
      await file?.[Symbol.asyncDispose]();
    },
  };
}

/** With the id of the trace it was logged in, where there is one. */
function inTrace(record: LogRecord): LogRecord {
  const span = tracer()?.active();
  if (span === undefined) return record;
  return { ...record, properties: { ...record.properties, trace_id: span.traceId } };
}

const encoder = new TextEncoder();

function writeStderr(text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += Deno.stderr.writeSync(bytes.subarray(sent));
  } catch { /* nobody reads any more: there is no better place to say so, and no reason to stop */ }
}
