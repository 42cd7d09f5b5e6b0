import type { EventLevel } from "./log_event.ts";
import { LogFeed } from "./log_feed.ts";

/** What may be asked of a log that runs. */
export interface LogControl {
  /** Least level that is logged now. */
  level(): EventLevel;
  setLevel(level: EventLevel): void;
  /** The latest lines, and those to come. */
  readonly lines: LogFeed;
}

/** Of a program that has set no log up: a level nobody heeds and no lines. */
export function noLog(level: EventLevel = "info"): LogControl {
  return { level: () => level, setLevel: (next) => void (level = next), lines: new LogFeed() };
}
