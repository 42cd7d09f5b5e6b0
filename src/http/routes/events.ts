import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import type { HealthReport } from "../health_report.ts";
import { batchId, brand, taskId, taskType } from "../schemas/common.ts";
import { eventStream, lastEventIdHeader, lastEventIdQuery } from "../schemas/event.ts";
import { problems } from "../schemas/problem.ts";
import { EventStreams, streamHeaders } from "../sse/event_streams.ts";
import { BatchFollowers } from "../sse/follow_batch.ts";
import { QueueFollowers } from "../sse/follow_queue.ts";
import { StatsFollowers } from "../sse/follow_stats.ts";
import { TaskFollowers } from "../sse/follow_task.ts";
import { StatsTicker } from "../sse/stats_ticker.ts";
import { StatsReport } from "../stats_report.ts";
import { ResumePoint } from "../sse/resume_point.ts";
import { addRoute } from "./route.ts";

export interface EventRoutesOptions {
  /** Bytes of news that may wait for a client that does not read before it is given up. @default 65536 */
  bufferBytes?: number;
  /** Time between two heartbeats. @default 15000 */
  heartbeatMs?: number;
  /** Least time between two looks at the counts of a batch. @default 250 */
  batchEveryMs?: number;
  /** Least time between two looks at the counters of the queue. @default 1000 */
  countersEveryMs?: number;
  /** Time between two points of `stats`. @default 1000 */
  statsEveryMs?: number;
}

const query = z.object({ last_event_id: lastEventIdQuery });
const answer = { description: "The events", content: { "text/event-stream": { schema: eventStream } } };
const noMore = {
  description: "It has ended and the client has seen it end: there is nothing to come back for",
};

const COMMON =
  "A comment comes every 15 s. A stream that ends before that was given up because its client did not " +
  "read (EVENTS_BUFFER_BYTES of news waited for it) or because the service stops: come back with the last `id`.";

/** Streams of server-sent events. */
export function eventRoutes(
  app: HttpApp,
  deps: HttpDeps,
  report: HealthReport,
  options: EventRoutesOptions = {},
): void {
  const { events: feed, health: { stopSignal }, log } = deps;
  const { bufferBytes, heartbeatMs, batchEveryMs = 250, countersEveryMs = 1000 } = options;
  const streams = new EventStreams({ stopSignal, log, bufferBytes, heartbeatMs });
  const tasks = new TaskFollowers(deps, streams);
  const batches = new BatchFollowers(deps, streams, batchEveryMs);
  const queue = new QueueFollowers(deps, streams, countersEveryMs);
  const ticker = new StatsTicker(new StatsReport(deps, report), feed, { pointEveryMs: options.statsEveryMs });
  const stats = new StatsFollowers(ticker, streams);
  stopSignal.addEventListener("abort", () => ticker[Symbol.dispose](), { once: true });

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/{task_id}/events",
      tags: ["tasks"],
      summary: "Follow a task (server-sent events)",
      description:
        "First `status` with the whole task. Then `status` and `progress` with the fields that tell the " +
        "change, and `at`, when it was. Last `status` with the whole task again, once it has ended: then the stream " +
        `ends. ${COMMON}`,
      parameters: [lastEventIdHeader],
      request: { params: z.object({ task_id: taskId }), query },
      responses: { 200: answer, 204: noMore, ...problems(["not_found"]) },
    }),
    async (c) => {
      const { task_id } = c.req.valid("param");
      if (isHead(c)) return await headOnly(deps.queue.get(task_id));
      const point = new ResumePoint(c, feed, c.req.valid("query").last_event_id);
      return await tasks.follow(task_id, point, c.req.raw.signal);
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/batches/{batch_id}/events",
      tags: ["batches"],
      summary: "Follow a batch (server-sent events)",
      description:
        "First `status` with the batch. Then `task` for each task that ends, and between them `progress` " +
        "with the batch and its counts, a few a second at most. Last `status` with the batch again, once all of its " +
        `tasks have ended: then the stream ends. ${COMMON}`,
      parameters: [lastEventIdHeader],
      request: { params: z.object({ batch_id: batchId }), query },
      responses: { 200: answer, 204: noMore, ...problems(["not_found"]) },
    }),
    async (c) => {
      const { batch_id } = c.req.valid("param");
      if (isHead(c)) return await headOnly(deps.queue.getBatch(batch_id));
      const point = new ResumePoint(c, feed, c.req.valid("query").last_event_id);
      return await batches.follow(batch_id, point, c.req.raw.signal);
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/events",
      tags: ["queue"],
      summary: "Follow the queue (server-sent events)",
      description:
        "First `counters` with the status of the queue. Then `status` and `progress` of every task the " +
        "query fits, and `counters` as they change, once a second at most. For a client whose last `id` is too old or " +
        "unknown the first is `reset`, with the same: what it knew is no longer true. With `only=stats` none of these " +
        "come, but `stats`, once a second and sooner where tasks changed: the service in numbers, what each worker does, " +
        "and of each task that changed its newest event (of the first 200; `more_tasks` counts the events of others). " +
        `It is counted once for all who follow, and a client that is slow misses some (\`seq\`). ${COMMON}`,
      parameters: [lastEventIdHeader],
      request: {
        query: query.extend({
          type: taskType.optional(),
          brand: brand.optional(),
          batch_id: batchId.optional(),
          only: z.enum(["stats"]).optional().openapi({
            description: "`stats` in the place of each task's events; the other conditions do not hold then",
          }),
        }),
      },
      responses: { 200: answer },
    }),
    async (c) => {
      if (isHead(c)) return await headOnly();
      const { type, brand, batch_id, last_event_id, only } = c.req.valid("query");
      if (only === "stats") return await stats.follow(c.req.raw.signal);
      const point = new ResumePoint(c, feed, last_event_id);
      return await queue.follow({ type, brand, batchId: batch_id }, point, c.req.raw.signal);
    },
  );
}

/** Hono answers HEAD by a GET whose body nobody would ever read or cancel. */
function isHead(c: Pick<HttpContext, "req">): boolean {
  return c.req.raw.method === "HEAD";
}

async function headOnly(thing?: Promise<unknown>): Promise<Response> {
  await thing;
  return new Response(null, { headers: streamHeaders });
}
