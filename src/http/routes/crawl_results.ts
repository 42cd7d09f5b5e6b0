import { createRoute, z } from "@hono/zod-openapi";
import { messageOf } from "../../platform/errors.ts";
import type { HttpApp } from "../context.ts";
import { CrawlLines } from "../crawl_lines.ts";
import { CrawlResults } from "../crawl_results.ts";
import type { HttpDeps } from "../deps.ts";
import { ndjsonHeaders, ndjsonResponse } from "../ndjson_stream.ts";
import { replyText } from "../reply.ts";
import { cursor, flagQuery, wholeQuery } from "../schemas/common.ts";
import { crawlId, crawlResult, crawlResults } from "../schemas/crawl.ts";
import { problems } from "../schemas/problem.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["crawling"];
const params = z.object({ crawl_id: crawlId });

export interface CrawlResultsOptions {
  /** Longest time without a line in a stream that follows a crawl. @default 15000 */
  quietMs?: number;
}

/** What a crawl has read, in pages and as a stream. */
export function crawlResultRoutes(app: HttpApp, deps: HttpDeps, options: CrawlResultsOptions = {}): void {
  const { crawls, health, log } = deps;
  const { quietMs = 15_000 } = options;

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/crawl/{crawl_id}/results",
      tags,
      summary: "The pages of a crawl that are done, with their results, in the order in which they were done",
      description: "A page of it may hold fewer than `limit`: it ends early where results are long.",
      request: {
        params,
        query: z.object({
          limit: wholeQuery(1, 200, 50, "Most results on one page"),
          cursor: cursor.optional(),
        }),
      },
      responses: { 200: jsonAnswer("A page", crawlResults), ...problems(["not_found"]) },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      // Looked at before its pages are: one that is done in between is not missed.
      const crawl = await crawls.get(c.req.valid("param").crawl_id);
      const { texts, drained, ...page } = await new CrawlResults(deps, crawl).read(limit, cursor);
      const next = drained && crawl.status !== "running"
        ? null
        : nextUrl(c.req.url, page.cursor) ?? c.req.path;
      return replyText(c, `{"results":[${texts.join(",")}],"next":${JSON.stringify(next)}}`);
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/crawl/{crawl_id}/results.ndjson",
      tags,
      summary: "The same as a stream, one page with its result a line",
      description:
        "With `follow` it goes on until the crawl has ended. An empty line comes where there is nothing new for 15 s. " +
        'A stream that is ended before its time (the service stops) says so in its last line, `{"error":{"code",' +
        '"message"}}`; nothing is made that its reader has not asked for.',
      request: {
        params,
        query: z.object({
          follow: flagQuery("Go on until the crawl has ended"),
          cursor: cursor.optional(),
        }),
      },
      responses: {
        200: {
          description: "A line for each page",
          content: { "application/x-ndjson": { schema: crawlResult } },
        },
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      const { crawl_id } = c.req.valid("param");
      const crawl = await crawls.get(crawl_id);
      // Hono answers HEAD by a GET whose body nobody would ever read or cancel.
      if (c.req.raw.method === "HEAD") return new Response(null, { headers: ndjsonHeaders });
      const results = new CrawlResults(deps, crawl);
      const query = c.req.valid("query");
      // A cursor that is none is refused while there is a status to refuse it with.
      if (query.cursor !== undefined) await results.pages(1, query.cursor);
      const lines = new CrawlLines({ crawls, crawlId: crawl_id, results, quietMs, ...query });
      return ndjsonResponse(lines, {
        gone: c.req.raw.signal,
        stopping: health.stopSignal,
        onFailure: (error) =>
          log.error("crawl_stream_failed", { request_id: c.env.requestId, error: messageOf(error) }),
      });
    },
  );
}
