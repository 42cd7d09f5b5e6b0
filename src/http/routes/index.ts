import { createRoute } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyAccepted, replyJson } from "../reply.ts";
import {
  acceptedRebuild,
  booksQuery,
  currentIndex,
  indexBooks,
  indexBooksBody,
  indexStatus,
  indexStatusBody,
  newRebuild,
} from "../schemas/index.ts";
import { problems } from "../schemas/problem.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, optionalJsonRequest, type ReadJson } from "./route.ts";
import { refuseWhenOff } from "./search_off.ts";

const tags = ["index"];

/** The index: how it is, whether its books balance, and making it anew. */
export function indexRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { search } = deps;

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/index",
      tags,
      summary: "How the index is",
      description: "Counts of documents and passages, how many wait to be indexed, and how the vectors are.",
      responses: { 200: jsonAnswer("The state", indexStatus), ...problems(["unavailable"]) },
    }),
    async (c) => {
      refuseWhenOff(search);
      return replyJson(c, indexStatusBody(await search.status()));
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/index/books",
      tags,
      summary: "Whether passages, words and vectors are as many as they should be",
      description: "What is owed to Chroma is no fault: it is written as soon as Chroma answers.",
      request: { query: booksQuery },
      responses: { 200: jsonAnswer("The counts", indexBooks), ...problems(["unavailable"]) },
    }),
    async (c) => {
      refuseWhenOff(search);
      return replyJson(c, indexBooksBody(await search.books(c.req.valid("query"))));
    },
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/index/rebuild",
      tags,
      summary: "Make the index anew",
      description:
        "As a batch of tasks, from the texts that are kept: no page is fetched. The old index serves until the new one is " +
        "whole. Another embedder and other settings of the index begin one by themselves.",
      request: { body: optionalJsonRequest(newRebuild) },
      responses: {
        200: jsonAnswer("Nothing is to be done: it is of today's embedder and settings", currentIndex),
        202: jsonAnswer("Accepted; `Location` is the batch", acceptedRebuild),
        ...problems(["queue_full", "unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      refuseWhenOff(search);
      const begun = await search.rebuild({ force: c.req.valid("json")?.force ?? false });
      if (begun === undefined) return replyJson(c, { status: "current" });
      const { batchId, documents } = begun;
      return replyAccepted(c, { batch_id: batchId, documents, status: "queued" }, {
        location: `/api/batches/${batchId}`,
        replayed: false,
      });
    },
    readJson,
  );
}
