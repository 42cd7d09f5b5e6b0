import { createRoute } from "@hono/zod-openapi";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import {
  type NewSearch,
  newSearch,
  newSearchOf,
  searchAnswer,
  searchBody,
  searchQuery,
  searchQueryOf,
} from "../schemas/search.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { refuseWhenOff } from "./search_off.ts";

const tags = ["search"];
const DESCRIPTION =
  "Words (with Hebrew prefixes, transliterated names and typos seen to) and vectors, their ranks fused. While Chroma or " +
  "the embedder does not answer, `hybrid` answers by words alone and says `degraded`; `vector` is a 503.";
const responses = { 200: jsonAnswer("The passages, best first", searchAnswer), ...problems(["unavailable"]) };

/** Passages of what was scraped and handed in. */
export function searchRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { search } = deps;

  const answer = async (c: HttpContext, asked: NewSearch): Promise<Response> => {
    refuseWhenOff(search);
    const found = await search.search(searchQueryOf(asked), {
      maxAgeS: asked.max_age_s,
      signal: c.req.raw.signal,
    });
    return replyJson(c, searchBody(asked, found));
  };

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/search",
      tags,
      summary: "Find passages",
      description: DESCRIPTION,
      request: { body: jsonRequest(newSearch) },
      responses,
    }),
    (c) => answer(c, c.req.valid("json")),
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/search",
      tags,
      summary: "Find passages, from an address line",
      description: `The same answer as of \`POST\`. ${DESCRIPTION}`,
      request: { query: searchQuery },
      responses,
    }),
    (c) => answer(c, newSearchOf(c.req.valid("query"))),
  );
}
