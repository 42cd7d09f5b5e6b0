import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted } from "../reply.ts";
import { idempotencyKey } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import { acceptedBatchBody, acceptedScrapeBatch, batchOptionsOf } from "../schemas/new_batch.ts";
import { attemptTimeoutMs, newScrape, newScrapeBatch, scrapeInputOf, urlFault } from "../schemas/scrape.ts";
import { acceptedBody, acceptedTask } from "../schemas/task.ts";
import { optionsOf } from "../schemas/task_options.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { badUrls, checkBatchUrls, checkWebhook, urlRefusal } from "./url_check.ts";

const tags = ["scraping"];
const refusals = problems([
  "conflict",
  "blocked_address",
  "invalid_request",
  "queue_full",
  "unavailable",
  "storage_full",
]);

export function scrapeRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue } = deps;

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/tasks/scrape/async",
      tags,
      summary: "Scrape a page",
      description: "The result has Markdown, links, metadata and product data, each field naming its source.",
      parameters: [idempotencyKey],
      request: { body: jsonRequest(newScrape) },
      responses: { 202: jsonAnswer("Accepted; `Location` is the task", acceptedTask), ...refusals },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const body = c.req.valid("json");
      deps.checkUrl(body.url);
      checkWebhook(deps.checkUrl, body.webhook);
      const request = { ...optionsOf(body), timeoutMs: attemptTimeoutMs(body.timeout_ms) };
      const accepted = await queue.enqueue(
        { type: "scrape", input: scrapeInputOf(body.url, body), ...request },
        acceptOptionsOf(c),
      );
      return replyAccepted(c, acceptedBody(accepted), {
        location: `/api/tasks/${accepted.taskId}`,
        replayed: accepted.replayed,
      });
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/scrape/batch",
      tags,
      summary: "Scrape many pages",
      description: "All of them are accepted, or none.",
      parameters: [idempotencyKey],
      request: { body: jsonRequest(newScrapeBatch) },
      responses: { 202: jsonAnswer("Accepted; `Location` is the batch", acceptedScrapeBatch), ...refusals },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const body = c.req.valid("json");
      checkBatchUrls(deps.checkUrl, body);
      const { urls } = body;
      const bad = await badUrls(urls, deps.checkUrl, urlFault);
      if (bad.length > 0 && (!body.ignore_invalid || bad.length === urls.length)) {
        throw urlRefusal(bad, urls.length, {
          hint: bad.length < urls.length ? "; set ignore_invalid to queue the others" : "",
          pathOf: (index) => `urls.${index}`,
        });
      }
      const left = new Set(bad.map(({ index }) => index));
      const accepted = await queue.enqueueBatch({
        ...batchOptionsOf(body),
        type: "scrape",
        inputs: urls.filter((_, index) => !left.has(index)).map((url) => scrapeInputOf(url, body)),
        timeoutMs: attemptTimeoutMs(body.timeout_ms),
      }, acceptOptionsOf(c));
      return replyAccepted(c, { ...acceptedBatchBody(accepted), invalid_urls: bad }, {
        location: `/api/batches/${accepted.batchId}`,
        replayed: accepted.replayed,
      });
    },
    readJson,
  );
}
