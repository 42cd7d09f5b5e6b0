import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { lastEventIdHeader } from "../schemas/event.ts";
import { logLevelPatch, logLevelSchema, logQuery } from "../schemas/log.ts";
import { EventStreams, streamHeaders } from "../sse/event_streams.ts";
import { LogSource } from "../sse/follow_logs.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

export interface LogRoutesOptions {
  /** Time between two heartbeats. @default 15000 */
  heartbeatMs?: number;
}

const tags = ["system"];
const path = "/api/log-level";

const lineStream = z.string().openapi({
  description: "Server-sent events; `data` is a line as `app.log` has it, one JSON object",
  example:
    'id: 7m2k9xq1d8w3-17\nevent: line\ndata: {"ts":"2026-11-24T06:00:00.000Z","level":"info","category":"tutti.task",' +
    '"message":"page read task_id=…","task_id":"…"}\n\n',
});

/** The log: read as it grows, and how much of it there is. */
export function logRoutes(
  app: HttpApp,
  { config, logs, log, health: { stopSignal } }: HttpDeps,
  readJson: ReadJson,
  { heartbeatMs }: LogRoutesOptions = {},
): void {
  const streams = new EventStreams({ stopSignal, log, heartbeatMs });
  const levels = () => ({ level: logs.level(), configured: config.LOG_LEVEL });

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "How much is logged",
      description: "The level in force: LOG_LEVEL of the start, or what was set since.",
      responses: { 200: jsonAnswer("The level now, and the one of the settings", logLevelSchema) },
    }),
    (c) => replyJson(c, levels()),
  );

  addRoute(
    app,
    createRoute({
      method: "patch",
      path,
      tags,
      summary: "Log more, or less",
      description: "Holds at once, for stderr, `app.log` and those who follow, until the service ends.",
      request: { body: jsonRequest(logLevelPatch) },
      responses: { 200: jsonAnswer("The level now, and the one of the settings", logLevelSchema) },
    }),
    (c) => {
      const before = logs.level();
      const { level } = c.req.valid("json");
      const say = () => log.warn("log_level_changed", { level, before, request_id: c.env.requestId });
      // Said under the level that lets it be said.
      if (before !== level && before !== "error") say();
      logs.setLevel(level);
      if (before === "error" && level !== "error") say();
      return replyJson(c, levels());
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/logs/stream",
      tags,
      summary: "Follow the log (server-sent events)",
      description:
        "First the latest lines that fit, `last` of them at most; then `line` for each that is logged from now on, with " +
        "secrets taken out as in `app.log`. `missed` tells how many lines a client was too slow for. What is not " +
        "logged is not told either: `level=debug` needs `PATCH /api/log-level`. The last 2,000 lines are kept, so a " +
        "client that comes back with the last `id` misses nothing. A comment comes every 15 s; a stream that ends was " +
        "given up because its client did not read, or the service stops.",
      parameters: [lastEventIdHeader],
      request: { query: logQuery },
      responses: {
        200: { description: "The lines", content: { "text/event-stream": { schema: lineStream } } },
      },
    }),
    (c) => {
      // Hono answers HEAD by a GET whose body nobody would ever read or cancel.
      if (c.req.raw.method === "HEAD") return new Response(null, { headers: streamHeaders });
      const { level, task_id, request_id, last, last_event_id } = c.req.valid("query");
      const filter = { level, taskId: task_id, requestId: request_id };
      const lastId = c.req.header("last-event-id") ?? last_event_id;
      const after = (lastId === undefined ? undefined : logs.lines.positionOf(lastId)) ??
        logs.lines.before(last, filter);
      return streams.respond(
        c.req.raw.signal,
        (stream) => new LogSource(logs.lines, filter, after, stream),
      );
    },
  );
}
