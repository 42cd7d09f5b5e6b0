import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson, replyText } from "../reply.ts";
import { wholeQuery } from "../schemas/common.ts";
import { summarySchema } from "../schemas/monitoring.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["monitoring"];

export function monitoringRoutes(app: HttpApp, deps: HttpDeps): void {
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/monitoring/metrics-summary",
      tags,
      summary: "Requests, tasks, searches, hosts and cache over a window",
      description:
        "Request counts, statuses and latencies (p50, p90, p99, max) by route; counts, waits and times of tasks " +
        "by type; searches; turns at hosts; how full the service is; cache hit rate; event-loop delay. The window is the last `window_s` seconds.",
      request: { query: z.object({ window_s: wholeQuery(1, 3600, 300, "How far back to look") }) },
      responses: { 200: jsonAnswer("The summary", summarySchema) },
    }),
    async (c) => {
      await deps.metrics.look();
      return replyJson(c, deps.metrics.summary(c.req.valid("query").window_s));
    },
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/metrics",
      tags,
      summary: "Metrics for Prometheus",
      description: "In the text format; labels come from closed sets, so that no caller can add series.",
      responses: {
        200: {
          description: "Text exposition format 0.0.4",
          content: { "text/plain": { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      await deps.metrics.look();
      return replyText(c, deps.metrics.prometheus(), {
        contentType: "text/plain; version=0.0.4; charset=utf-8",
      });
    },
  );
}
