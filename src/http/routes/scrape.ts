import { createRoute } from "@hono/zod-openapi";
import { ServiceError, TaskError } from "../../platform/errors.ts";
import { nextTurn } from "../../platform/next_turn.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted } from "../reply.ts";
import { idempotencyKey } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import {
  acceptedBatch,
  attemptTimeoutMs,
  newBatch,
  newScrape,
  scrapeInputOf,
  urlFault,
} from "../schemas/scrape.ts";
import { acceptedTask, optionsOf } from "../schemas/task.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

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
      const request = { ...optionsOf(body), timeoutMs: attemptTimeoutMs(body.timeout_ms) };
      const accepted = await queue.enqueue(
        { type: "scrape", input: scrapeInputOf(body.url, body), ...request },
        acceptOptionsOf(c),
      );
      return replyAccepted(c, { task_id: accepted.taskId, status: accepted.status }, {
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
      request: { body: jsonRequest(newBatch) },
      responses: { 202: jsonAnswer("Accepted; `Location` is the batch", acceptedBatch), ...refusals },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const body = c.req.valid("json");
      const { good, bad } = await sort(body.urls, deps.checkUrl);
      if (bad.length > 0 && (!body.ignore_invalid || good.length === 0)) throw refusal(bad, good.length);
      const accepted = await queue.enqueueBatch({
        type: "scrape",
        inputs: good.map((url) => scrapeInputOf(url, body)),
        maxConcurrent: body.max_concurrent,
        priority: body.priority,
        brand: body.brand,
        tags: body.tags,
        maxAttempts: body.max_attempts,
        timeoutMs: attemptTimeoutMs(body.timeout_ms),
      }, acceptOptionsOf(c));
      return replyAccepted(c, {
        batch_id: accepted.batchId,
        status: "queued",
        total: accepted.taskIds.length,
        task_ids: accepted.taskIds,
        invalid_urls: bad,
      }, { location: `/api/batches/${accepted.batchId}`, replayed: accepted.replayed });
    },
    readJson,
  );
}

interface BadUrl {
  index: number;
  url: string;
  code: "invalid_request" | "blocked_address";
  message: string;
}

/** URLs that are checked before others get their turn of the event loop: some 5 ms of work. */
const CHECKS_A_TURN = 250;

async function sort(
  urls: string[],
  checkUrl: (url: string) => void,
): Promise<{ good: string[]; bad: BadUrl[] }> {
  const good: string[] = [];
  const bad: BadUrl[] = [];
  for (const [index, url] of urls.entries()) {
    if (index % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn();
    const fault = urlFault(url);
    if (fault !== undefined) {
      bad.push({ index, url, code: "invalid_request", message: fault });
      continue;
    }
    try {
      checkUrl(url);
      good.push(url);
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      bad.push({ index, url, code: "blocked_address", message: error.message });
    }
  }
  return { good, bad };
}

/** One code for the lot: `blocked_address` only where nothing else is wrong. */
function refusal(bad: BadUrl[], goodCount: number): ServiceError {
  const code = bad.every((each) => each.code === "blocked_address") ? "blocked_address" : "invalid_request";
  const hint = goodCount > 0 ? "; set ignore_invalid to queue the others" : "";
  return new ServiceError(code, `${bad.length} of ${bad.length + goodCount} URLs cannot be scraped${hint}`, {
    fields: bad.map(({ index, message }) => ({ path: `urls.${index}`, message })),
  });
}
