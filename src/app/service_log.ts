import { type EventLevel, getLogger, logEvent } from "../logging/mod.ts";
import type { WorkerLogRecord } from "../workers/mod.ts";

type Say = (event: string, fields?: Record<string, unknown>) => void;

/** The log as the composition root hands it round: one function a level. */
export interface ServiceLog {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  at(level: EventLevel, event: string, fields?: Record<string, unknown>): void;
  /** A line of a task, with the ids it belongs to. */
  fromWorker(record: WorkerLogRecord): void;
}

export function serviceLog(): ServiceLog {
  const logger = getLogger(["tutti"]);
  const taskLogger = getLogger(["tutti", "task"]);
  const say = (level: EventLevel): Say => (event, fields) => logEvent(logger, level, event, fields);
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warning"),
    error: say("error"),
    at: (level, event, fields) => logEvent(logger, level, event, fields),
    fromWorker: ({ level, message, fields, taskId, requestId }) =>
      logEvent(taskLogger, level, message, {
        ...fields,
        ...(taskId === undefined ? {} : { task_id: taskId }),
        ...(requestId === undefined ? {} : { request_id: requestId }),
      }),
  };
}
