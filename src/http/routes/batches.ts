import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson, replyText } from "../reply.ts";
import { batchBody, batchResults, batchSchema, cancelledBatch } from "../schemas/batch.ts";
import { batchId, cursor, pageLimit } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import { taskJson } from "../schemas/task.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["batches"];
const params = z.object({ batch_id: batchId });

export function batchRoutes(app: HttpApp, deps: HttpDeps): void {
  const { queue } = deps;

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/batches/{batch_id}",
      tags,
      summary: "How far a batch is",
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
      summary: "The tasks of a batch with their results, in the order of the URLs",
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
