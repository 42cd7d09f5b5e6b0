import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import {
  cacheEntries,
  cacheEntriesBody,
  cacheStatsBody,
  cacheStatsSchema,
  entryQuery,
  invalidated,
  invalidation,
} from "../schemas/cache.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["cache"];

export function cacheRoutes(app: HttpApp, deps: HttpDeps): void {
  const { cache } = deps;
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/cache/stats",
      tags,
      summary: "Counters and sizes of the cache",
      description:
        "Hits and misses since the start, entries and bytes of each layer, and the bounds they are held to.",
      responses: { 200: jsonAnswer("The counters since the start", cacheStatsSchema) },
    }),
    (c) => replyJson(c, cacheStatsBody(cache.stats())),
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/cache/entries",
      tags,
      summary: "Keys of the cache, the most recently used first",
      description: "Without the values; of the first seconds after a start only those found so far.",
      request: { query: entryQuery },
      responses: { 200: jsonAnswer("The entries", cacheEntries) },
    }),
    (c) => replyJson(c, cacheEntriesBody(cache.newest(c.req.valid("query")))),
  );
  addRoute(
    app,
    createRoute({
      method: "delete",
      path: "/api/cache",
      tags,
      summary: "Drop entries by key, prefix or tag",
      description: "Exactly one of the three. Nothing found is no error: `deleted` is 0.",
      request: { query: invalidation },
      responses: { 200: jsonAnswer("How many went", invalidated) },
    }),
    async (c) => {
      const { key, prefix, tag } = c.req.valid("query");
      const deleted = key !== undefined
        ? Number(await cache.delete(key))
        : prefix !== undefined
        ? await cache.deleteByPrefix(prefix)
        : await cache.deleteByTag(tag!);
      return replyJson(c, { deleted });
    },
  );
}
