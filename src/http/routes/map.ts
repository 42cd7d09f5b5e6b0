import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyText } from "../reply.ts";
import { mapInputOf, newMap, waitedMap } from "../schemas/map.ts";
import { problems } from "../schemas/problem.ts";
import { attemptTimeoutMs } from "../schemas/scrape.ts";
import { waitedTask, withTaskId } from "../waited_task.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

/** The links of a site, answered at once. */
export function mapRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/map",
      tags: ["crawling"],
      summary: "The links of a site, without scraping it",
      description:
        "What its sitemaps name and what the page links to, each address once. It is the result of a task of type " +
        "`map`, which is cancelled when `deadline_ms` has passed and when the caller goes.",
      request: { body: jsonRequest(newMap(deps.config.SCRAPE_TIMEOUT_MS)) },
      responses: {
        200: jsonAnswer("The links", waitedMap),
        ...problems([
          "blocked_address",
          "invalid_request",
          "scrape_failed",
          "deadline_exceeded",
          "queue_full",
          "unavailable",
          "storage_full",
        ]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const body = c.req.valid("json");
      const { brand, priority, tags } = body;
      deps.checkUrl(body.url);
      const task = await waitedTask(c, deps, {
        type: "map",
        input: mapInputOf(body),
        brand,
        priority,
        tags,
        timeoutMs: attemptTimeoutMs(body.timeout_ms),
      }, body.deadline_ms);
      return replyText(c, withTaskId(task));
    },
    readJson,
  );
}
