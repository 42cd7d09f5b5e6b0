import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted, replyJson, replyText } from "../reply.ts";
import { batchBody, batchList, batchResults, batchSchema, cancelledBatch } from "../schemas/batch.ts";
import { batchId, cursor, idempotencyKey, pageLimit } from "../schemas/common.ts";
import { acceptedBatch, acceptedBatchBody, batchOptionsOf, newBatch } from "../schemas/new_batch.ts";
import { problems } from "../schemas/problem.ts";
import { taskJson } from "../schemas/task.ts";
import { refuseWhenStopping } from "./intake.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { badUrls, checkBatchUrls, urlOf, urlRefusal } from "./url_check.ts";

const tags = ["batches"];
const params = z.object({ batch_id: batchId });

/** What is no URL at all is left to the type's schema, which names it in its own words. */
const noFault = () => undefined;

export function batchRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue } = deps;

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/batches",
      tags,
      summary: "Queue many tasks of one type",
      description:
        "All of them are accepted, or none. Never more than `max_concurrent` of them run at once. The options hold " +
        "for each task.",
      parameters: [idempotencyKey],
      request: { body: jsonRequest(newBatch) },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the batch", acceptedBatch),
        ...problems([
          "conflict",
          "blocked_address",
          "invalid_request",
          "queue_full",
          "unavailable",
          "storage_full",
        ]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { type, inputs, ...options } = c.req.valid("json");
      checkBatchUrls(deps.checkUrl, options);
      const bad = await badUrls(inputs.map((input) => urlOf(type, input)), deps.checkUrl, noFault);
      if (bad.length > 0) {
        throw urlRefusal(bad, inputs.length, { pathOf: (index) => `inputs.${index}.url` });
      }
      const accepted = await queue.enqueueBatch(
        { ...batchOptionsOf(options), type, inputs },
        acceptOptionsOf(c),
      );
      return replyAccepted(c, acceptedBatchBody(accepted), {
        location: `/api/batches/${accepted.batchId}`,
        replayed: accepted.replayed,
      });
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/batches",
      tags,
      summary: "List batches, newest first",
      description: "Page by page; `next` of an answer is the address of the next page.",
      request: { query: z.object({ limit: pageLimit, cursor: cursor.optional() }) },
      responses: { 200: jsonAnswer("A page", batchList) },
    }),
    async (c) => {
      const { batches, nextCursor } = await queue.listBatches(c.req.valid("query"));
      return replyJson(c, { batches: batches.map(batchBody), next: nextUrl(c.req.url, nextCursor) });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/batches/{batch_id}",
      tags,
      summary: "How far a batch is",
      description: "Counts of its tasks by status, and whether all of them have ended.",
      request: { params },
      responses: { 200: jsonAnswer("The batch", batchSchema), ...problems(["not_found"]) },
    }),
    async (c) => replyJson(c, batchBody(await queue.getBatch(c.req.valid("param").batch_id))),
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/batches/{batch_id}/results",
      tags,
      summary: "The tasks of a batch with their results, in the order they were given",
      description: "Those that have not ended yet are in it too, without a result.",
      request: { params, query: z.object({ limit: pageLimit, cursor: cursor.optional() }) },
      responses: { 200: jsonAnswer("A page", batchResults), ...problems(["not_found"]) },
    }),
    async (c) => {
      const page = await queue.batchResults(c.req.valid("param").batch_id, c.req.valid("query"));
      const next = JSON.stringify(nextUrl(c.req.url, page.nextCursor));
      return replyText(c, `{"results":[${page.tasks.map(taskJson).join(",")}],"next":${next}}`);
    },
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path: "/api/batches/{batch_id}",
      tags,
      summary: "Cancel what has not ended",
      description:
        "Tasks that wait are cancelled at once, running ones are told to stop; what has ended stays as it is.",
      request: { params },
      responses: { 200: jsonAnswer("How many", cancelledBatch), ...problems(["not_found", "storage_full"]) },
    }),
    async (c) => {
      const { batch_id } = c.req.valid("param");
      const { cancelled, cancelling } = await queue.cancelBatch(batch_id);
      return replyJson(c, { batch_id, cancelled, cancelling });
    },
  );
}
