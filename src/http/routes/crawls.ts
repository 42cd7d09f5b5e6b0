import { createRoute, z } from "@hono/zod-openapi";
import { createHash } from "node:crypto";
import type { CrawlRequest } from "../../crawl/port.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { AcceptOptions } from "../../queue/service_port.ts";
import type { HttpApp } from "../context.ts";
import { crawlRequestOf } from "../crawl_request.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted, replyJson } from "../reply.ts";
import { cursor, idempotencyKey, pageLimit } from "../schemas/common.ts";
import {
  acceptedCrawl,
  crawlBody,
  crawlId,
  crawlList,
  crawlPageBody,
  crawlPages,
  crawlSchema,
  pageChange,
  pageState,
} from "../schemas/crawl.ts";
import { newCrawl } from "../schemas/new_crawl.ts";
import { problems } from "../schemas/problem.ts";
import { urlFault } from "../schemas/scrape.ts";
import { refuseWhenStopping } from "./intake.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { badUrls, urlRefusal } from "./url_check.ts";

const tags = ["crawling"];
const params = z.object({ crawl_id: crawlId });
const path = "/api/crawl/{crawl_id}";

/** Crawls: started, told of, cancelled. Their results are in `crawl_results.ts`. */
export function crawlRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { crawls, brands, config } = deps;

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/crawl",
      tags,
      summary: "Crawl a site",
      description:
        "Follows the links of the start pages, and what the site's sitemaps name, within the limits given. It goes on " +
        "after a restart where it was. 202 means that it is on disk. An Idempotency-Key is remembered for as long as " +
        "the crawl is.",
      parameters: [idempotencyKey],
      request: { body: jsonRequest(newCrawl(config.CRAWL_MAX_PAGES)) },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the crawl", acceptedCrawl),
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
      const body = c.req.valid("json");
      const profile = body.brand === undefined ? undefined : brands.profile(body.brand);
      const request = crawlRequestOf(body, profile, config.CRAWL_MAX_PAGES);
      const bad = await badUrls(request.startUrls, deps.checkUrl, urlFault);
      if (bad.length > 0) {
        throw urlRefusal(bad, request.startUrls.length, { pathOf: (index) => `start_urls.${index}` });
      }
      const { crawlId, replayed } = await startOnce(deps, request, acceptOptionsOf(c));
      return replyAccepted(c, { crawl_id: crawlId, status: "running" }, {
        location: `/api/crawl/${crawlId}`,
        replayed,
      });
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/crawl",
      tags,
      summary: "List crawls, newest first",
      description: "Page by page; `next` of an answer is the address of the next page.",
      request: { query: z.object({ limit: pageLimit, cursor: cursor.optional() }) },
      responses: { 200: jsonAnswer("A page", crawlList) },
    }),
    async (c) => {
      const page = await crawls.list(c.req.valid("query"));
      return replyJson(c, { crawls: page.crawls.map(crawlBody), next: nextUrl(c.req.url, page.nextCursor) });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "How far a crawl is",
      description: "Counts of its pages by what became of them, and whether it still goes on.",
      request: { params },
      responses: { 200: jsonAnswer("The crawl", crawlSchema), ...problems(["not_found"]) },
    }),
    async (c) => replyJson(c, crawlBody(await crawls.get(c.req.valid("param").crawl_id))),
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path,
      tags,
      summary: "Cancel a crawl",
      description: "What runs is stopped, what waits is dropped; what is done stays to be read.",
      request: { params },
      responses: {
        200: jsonAnswer("The crawl as it is now", crawlSchema),
        ...problems(["not_found", "conflict", "storage_full"]),
      },
    }),
    async (c) => replyJson(c, crawlBody(await crawls.cancel(c.req.valid("param").crawl_id))),
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: `${path}/pages`,
      tags,
      summary: "The pages of a crawl, in the order in which they were found",
      description: "Without what was read off them: that is in `results`.",
      request: {
        params,
        query: z.object({
          limit: pageLimit,
          cursor: cursor.optional(),
          state: pageState.optional().openapi({ description: "Only pages in this state" }),
          change: pageChange.optional().openapi({ description: "Only pages with this change" }),
        }),
      },
      responses: { 200: jsonAnswer("A page", crawlPages), ...problems(["not_found"]) },
    }),
    async (c) => {
      const page = await crawls.pages(c.req.valid("param").crawl_id, c.req.valid("query"));
      return replyJson(c, {
        pages: page.pages.map(crawlPageBody),
        next: nextUrl(c.req.url, page.nextCursor),
      });
    },
  );
}

/**
 * Starts a crawl, once for each Idempotency-Key: the id is made of the key, so the second start finds the first.
 * @throws {ServiceError} conflict: the key was used with another request
 */
export async function startOnce(
  { crawls }: HttpDeps,
  request: CrawlRequest,
  { requestId, idempotency }: AcceptOptions,
): Promise<{ crawlId: string; replayed: boolean }> {
  if (idempotency === undefined) return { ...await crawls.start(request, { requestId }), replayed: false };
  const { key, fingerprint } = idempotency;
  const crawlId = `crawl_${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
  try {
    await crawls.start({ ...request, fingerprint }, { requestId, crawlId });
    return { crawlId, replayed: false };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "conflict") throw error;
    const earlier = await crawls.get(crawlId);
    if (earlier.request.fingerprint === fingerprint) return { crawlId, replayed: true };
    throw new ServiceError("conflict", "The Idempotency-Key was used with another request");
  }
}
