import { createRoute } from "@hono/zod-openapi";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import { pausedKeyOf, pauseScope, queueStatusBody, queueStatusSchema } from "../schemas/queue.ts";
import { addRoute, jsonAnswer, optionalJsonRequest, type ReadJson } from "./route.ts";

const tags = ["queue"];
const responses = { 200: jsonAnswer("The status of the queue", queueStatusSchema) };
const changed = { ...responses, ...problems(["storage_full"]) };

const scoped = { body: optionalJsonRequest(pauseScope) };

export function queueRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue } = deps;
  const status = async (c: HttpContext) => replyJson(c, queueStatusBody(await queue.status()));

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/queue/status",
      tags,
      summary: "Counters, age and throughput of the queue",
      description:
        "Counts by status and type, the age of the oldest task that waits, and what came and went in the last minutes.",
      responses,
    }),
    (c) => status(c),
  );
  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/queue/pause",
      tags,
      summary: "Start no more tasks; running ones go on",
      description:
        "Without a body the whole queue; with one, tasks of a key or of a type. Kept over a restart.",
      request: scoped,
      responses: changed,
    }),
    async (c) => {
      await queue.pause(pausedKeyOf(c.req.valid("json")));
      return await status(c);
    },
    readJson,
  );
  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/queue/resume",
      tags,
      summary: "Start tasks again",
      description:
        "Without a body the queue as a whole; keys that were paused by themselves stay so until they are resumed.",
      request: scoped,
      responses: changed,
    }),
    async (c) => {
      await queue.resume(pausedKeyOf(c.req.valid("json")));
      return await status(c);
    },
    readJson,
  );
}
