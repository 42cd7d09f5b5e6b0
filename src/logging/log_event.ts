import type { Logger } from "@logtape/logtape";

/** Levels of the `LOG_LEVEL` setting, the least first. */
export const EVENT_LEVELS = ["debug", "info", "warning", "error"] as const;
export type EventLevel = typeof EVENT_LEVELS[number];

/**
 * Logs one event: a name in snake_case and its fields, which read `name key=value ...` in the text and are members of
 * the JSON line. Names and not sentences, so that a search and an alert survive a change of wording.
 */
export function logEvent(
  logger: Logger,
  level: EventLevel,
  event: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  logger[level](event, { ...fields });
}
