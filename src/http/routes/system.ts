import { createRoute } from "@hono/zod-openapi";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import type { HealthReport } from "../health_report.ts";
import { replyJson } from "../reply.ts";
import { cacheStatsBody } from "../schemas/cache.ts";
import { systemStatusSchema } from "../schemas/health.ts";
import { problems } from "../schemas/problem.ts";
import { poolStatusBody, queueStatusBody } from "../schemas/queue.ts";
import { addRoute, jsonAnswer } from "./route.ts";

export function systemRoutes(app: HttpApp, deps: HttpDeps, report: HealthReport): void {
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/system/status",
      tags: ["system"],
      summary: "The state of the service, its parts and its process, in full",
      description:
        "The parts as `/health` names them, each with its counters, and the memory of the process.",
      responses: {
        200: jsonAnswer("The state", systemStatusSchema),
        ...problems(["unavailable"]),
      },
    }),
    async (c) => {
      const [queue, search] = await Promise.all([report.queueStatus(), report.search()]);
      if (typeof queue === "string") throw new ServiceError("unavailable", `The queue ${queue}`);
      const components = report.components(queue, search);
      const sink = deps.metrics.sinkStats();
      const chroma = deps.vectorDatabase.state();
      const memory = Deno.memoryUsage();
      return replyJson(c, {
        ...report.head(components),
        components: {
          queue: { ...components.queue, ...queueStatusBody(queue) },
          workers: { ...components.workers, ...poolStatusBody(deps.pool.status()) },
          cache: { ...components.cache, ...cacheStatsBody(deps.cache.stats()) },
          metrics: {
            ...components.metrics,
            written: sink.written,
            dropped: sink.dropped,
            last_error: sink.lastError,
          },
          chromadb: {
            status: chroma.status,
            mode: chroma.mode,
            url: chroma.url,
            version: chroma.version,
            reason: chroma.reason,
            restarts: chroma.restarts,
          },
          search,
        },
        process: {
          rss_bytes: memory.rss,
          heap_used_bytes: memory.heapUsed,
          heap_total_bytes: memory.heapTotal,
          external_bytes: memory.external,
          pid: Deno.pid,
          deno_version: Deno.version.deno,
        },
      });
    },
  );
}
