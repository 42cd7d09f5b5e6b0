/** Structured logging: LogTape behind one set-up, with secrets taken out in one place. */
export { getLogger, type Logger, withContext as withLogContext } from "@logtape/logtape";
export { configureLogging, type Logging, type LoggingOptions } from "./configure.ts";
export { EVENT_LEVELS, type EventLevel, logEvent } from "./log_event.ts";
export { type LogControl, noLog } from "./log_control.ts";
export { LogFeed, type LogFilter, type LogLine } from "./log_feed.ts";
