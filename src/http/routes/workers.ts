import { createRoute } from "@hono/zod-openapi";
import { settlesWithin } from "../../platform/deadline.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { poolStatusBody, poolStatusSchema, workersPatch } from "../schemas/queue.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

/** Shrinking waits for what the surplus workers hold, which may be minutes; the caller does not. */
const RESIZE_WAIT_MS = 1000;

export function workerRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { pool, log } = deps;
  addRoute(
    app,
    createRoute({
      method: "patch",
      path: "/api/workers",
      tags: ["workers"],
      summary: "Change the number of workers",
      description:
        "No task is lost: surplus workers finish what they hold, until then `alive` is above `workers`.",
      request: { body: jsonRequest(workersPatch) },
      responses: { 200: jsonAnswer("The pool as it is now", poolStatusSchema) },
    }),
    async (c) => {
      const resized = pool.resize(c.req.valid("json").count);
      if (!await settlesWithin(resized, RESIZE_WAIT_MS)) {
        resized.catch((error) => log.error("workers_resize_failed", { error: String(error) }));
      }
      return replyJson(c, poolStatusBody(pool.status()));
    },
    readJson,
  );
}
