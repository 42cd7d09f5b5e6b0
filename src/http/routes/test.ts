import { createRoute, z } from "@hono/zod-openapi";
import { randomSuffix } from "../../platform/ids.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted, replyJson } from "../reply.ts";
import { cacheStatsBody, cacheStatsSchema } from "../schemas/cache.ts";
import { idempotencyKey, instant, instantOf, numberQuery } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import { acceptedBody, acceptedTask } from "../schemas/task.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["test"];
const CACHE_KEY = "test:cache";
const CACHE_MAX_AGE_S = 60;

const sample = z.object({ token: z.string(), computed_at: instant });

/** Routes to try the service with. With `TEST_ENDPOINTS=off` they answer as if they were not there. */
export function testRoutes(app: HttpApp, deps: HttpDeps): void {
  const { queue, cache } = deps;
  const refuseWhenOff = () => {
    if (!deps.config.TEST_ENDPOINTS) {
      throw new ServiceError("not_found", "The test endpoints are switched off");
    }
  };

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/test/task",
      tags,
      summary: "Queue a task that sleeps",
      description: "404 where TEST_ENDPOINTS is off.",
      parameters: [idempotencyKey],
      request: { query: z.object({ delay: numberQuery(0, 60, 1, "Seconds the task sleeps") }) },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the task", acceptedTask),
        ...problems(["not_found", "conflict", "queue_full", "unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenOff();
      refuseWhenStopping(deps);
      const { delay } = c.req.valid("query");
      const accepted = await queue.enqueue({ type: "test", input: { delay_s: delay } }, acceptOptionsOf(c));
      return replyAccepted(c, acceptedBody(accepted), {
        location: `/api/tasks/${accepted.taskId}`,
        replayed: accepted.replayed,
      });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/test/cache",
      tags,
      summary: "A value that is computed once a minute",
      description: "404 where TEST_ENDPOINTS is off.",
      responses: {
        200: jsonAnswer(
          "The value, and whether it came from the cache",
          z.object({ value: sample, cached: z.boolean(), stats: cacheStatsSchema }),
        ),
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      refuseWhenOff();
      const kept = await cache.get<z.output<typeof sample>>(CACHE_KEY);
      const value = kept?.value ?? { token: randomSuffix(16), computed_at: instantOf(Date.now()) };
      if (kept === undefined) await cache.set(CACHE_KEY, value, { maxAgeS: CACHE_MAX_AGE_S, tags: ["test"] });
      return replyJson(c, { value, cached: kept !== undefined, stats: cacheStatsBody(cache.stats()) });
    },
  );
}
