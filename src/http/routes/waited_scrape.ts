import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyText } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import { attemptTimeoutMs, newWaitedScrape, scrapeInputOf } from "../schemas/scrape.ts";
import { waitedScrape } from "../schemas/scrape_result.ts";
import { optionsOf } from "../schemas/task_options.ts";
import { waitedTask, withTaskId } from "../waited_task.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

/** A scrape that is answered with its result. */
export function waitedScrapeRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/scrape",
      tags: ["scraping"],
      summary: "Scrape a page and wait for it",
      description:
        "The answer is the result of a task, which goes before those that nobody waits for. It is cancelled when " +
        "`deadline_ms` has passed and when the caller goes.",
      request: { body: jsonRequest(newWaitedScrape(deps.config.SCRAPE_TIMEOUT_MS)) },
      responses: {
        200: jsonAnswer("The page", waitedScrape),
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
      deps.checkUrl(body.url);
      const task = await waitedTask(c, deps, {
        type: "scrape",
        input: scrapeInputOf(body.url, body),
        ...optionsOf(body),
        timeoutMs: attemptTimeoutMs(body.timeout_ms),
      }, body.deadline_ms);
      return replyText(c, withTaskId(task));
    },
    readJson,
  );
}
