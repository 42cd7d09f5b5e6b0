import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import {
  limitBody,
  limitKey,
  limitList,
  limitOf,
  limitSchema,
  newLimit,
  removedLimit,
} from "../schemas/limit.ts";
import { problems } from "../schemas/problem.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

const tags = ["limits"];
const params = z.object({ key: limitKey });
const path = "/api/limits/{key}";

export function limitRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue } = deps;

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/limits",
      tags,
      summary: "All limits and pauses by key",
      description: "Keys without a limit or a pause are not listed.",
      responses: { 200: jsonAnswer("The limits", limitList) },
    }),
    async (c) => replyJson(c, { limits: (await queue.limits()).map(limitBody) }),
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "The limit of a key",
      description: "With how many of its tasks run now, and whether it is paused.",
      request: { params },
      responses: { 200: jsonAnswer("The limit", limitSchema), ...problems(["not_found"]) },
    }),
    async (c) => replyJson(c, limitBody(await queue.getLimit(c.req.valid("param").key))),
  );

  addRoute(
    app,
    createRoute({
      method: "put",
      path,
      tags,
      summary: "Set the limit of a key",
      description: "Takes the place of an earlier one, and holds at once for tasks that wait already.",
      request: { params, body: jsonRequest(newLimit) },
      responses: { 200: jsonAnswer("The limit as it is now", limitSchema), ...problems(["storage_full"]) },
    }),
    async (c) => {
      const { key } = c.req.valid("param");
      return replyJson(c, limitBody(await queue.setLimit(limitOf(key, c.req.valid("json")))));
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path,
      tags,
      summary: "Lift the limit of a key",
      description: "A pause of the key stays; see `POST /api/queue/resume`.",
      request: { params },
      responses: {
        200: jsonAnswer("There is none any more", removedLimit),
        ...problems(["not_found", "storage_full"]),
      },
    }),
    async (c) => {
      const { key } = c.req.valid("param");
      await queue.removeLimit(key);
      return replyJson(c, { key, removed: true });
    },
  );
}
