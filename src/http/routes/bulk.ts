import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import {
  bulkAnswer,
  bulkBody,
  bulkRequest,
  bulkRequestOf,
  filterOf,
  retryQuery,
} from "../schemas/task_filter.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

const tags = ["tasks"];

/** One action on many tasks at once. */
export function bulkRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue } = deps;

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/tasks/retry",
      tags,
      summary: "Run all tasks again that failed or were cancelled",
      description:
        "Those the query names; without a condition, every task that failed. An unknown condition is refused.",
      request: { query: retryQuery },
      responses: { 200: jsonAnswer("How many", bulkAnswer), ...problems(["unavailable", "storage_full"]) },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { dry_run, ...conditions } = c.req.valid("query");
      const answer = await queue.bulk({ action: "retry", filter: filterOf(conditions), dryRun: dry_run });
      return replyJson(c, bulkBody(answer, dry_run));
    },
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/tasks/bulk",
      tags,
      summary: "Cancel, retry, forget or reprioritize all tasks a filter names",
      description:
        "In steps, so that others get their turns: tasks that come to fit the filter meanwhile may be left out. Ask " +
        "with `dry_run` first.",
      request: { body: jsonRequest(bulkRequest) },
      responses: { 200: jsonAnswer("How many", bulkAnswer), ...problems(["unavailable", "storage_full"]) },
    }),
    async (c) => {
      const body = c.req.valid("json");
      if (body.action === "retry") refuseWhenStopping(deps);
      return replyJson(c, bulkBody(await queue.bulk(bulkRequestOf(body)), body.dry_run));
    },
    readJson,
  );
}
