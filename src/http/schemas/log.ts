import { z } from "@hono/zod-openapi";
import { EVENT_LEVELS } from "../../logging/mod.ts";
import { ID_PATTERN, ID_RULE } from "../../platform/ids.ts";
import { taskId, wholeQuery } from "./common.ts";
import { lastEventIdQuery } from "./event.ts";

const level = z.enum(EVENT_LEVELS);

export const logLevelSchema = z.object({
  level: level.openapi({ description: "Least level that is logged now" }),
  configured: level.openapi({ description: "LOG_LEVEL: what it is again after a restart" }),
}).openapi("LogLevel");

export const logLevelPatch = z.strictObject({ level }).openapi("LogLevelPatch", {
  example: { level: "debug" },
});

/** Lines told before those to come. */
const LAST = 100;
const MOST = 1000;

export const logQuery = z.object({
  level: level.optional().openapi({ description: "Lines of this level and above" }),
  task_id: taskId.optional().openapi({ description: "Lines of this task" }),
  request_id: z.string().regex(ID_PATTERN, ID_RULE).optional().openapi({
    description: "Lines of this request, and of the tasks it asked for",
  }),
  last: wholeQuery(0, MOST, LAST, "How many of the latest lines that fit come first"),
  last_event_id: lastEventIdQuery,
});
