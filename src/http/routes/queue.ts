import { createRoute } from "@hono/zod-openapi";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import { queueStatusBody, queueStatusSchema } from "../schemas/queue.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["queue"];
const responses = { 200: jsonAnswer("The status of the queue", queueStatusSchema) };
const changed = { ...responses, ...problems(["storage_full"]) };

export function queueRoutes(app: HttpApp, deps: HttpDeps): void {
  const { queue } = deps;
  const status = async (c: HttpContext) => replyJson(c, queueStatusBody(await queue.status()));

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/queue/status",
      tags,
      summary: "Counters, age and throughput of the queue",
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
      responses: changed,
    }),
    async (c) => {
      await queue.pause();
      return await status(c);
    },
  );
  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/queue/resume",
      tags,
      summary: "Start tasks again",
      responses: changed,
    }),
    async (c) => {
      await queue.resume();
      return await status(c);
    },
  );
}
