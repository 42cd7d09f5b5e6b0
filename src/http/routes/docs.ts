import { createRoute, z } from "@hono/zod-openapi";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { type DocsPage, loadDocsPage } from "../docs_assets.ts";
import { lazyDocument } from "../openapi.ts";
import { replyText } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["reference"];
const security: [] = [];

/** Only what the page needs, and that from here: no inline script or style, nothing from elsewhere. */
const PAGE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function docsRoutes(app: HttpApp, deps: HttpDeps): void {
  const document = lazyDocument(app, deps.version);
  let page: Promise<DocsPage> | undefined;
  const loadPage = () => page ??= loadDocsPage();

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/openapi.json",
      tags,
      security,
      summary: "This document",
      description: "Made of the routes themselves; the tests hold every answer against it.",
      responses: { 200: jsonAnswer("OpenAPI 3.1", z.looseObject({})) },
    }),
    (c) => replyText(c, document()),
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/docs",
      tags,
      security,
      summary: "The API reference, for people",
      description: "Everything it shows comes from this service; it needs no other host.",
      responses: { 200: { description: "A page", content: { "text/html": { schema: z.string() } } } },
    }),
    async (c) => {
      const { html } = await loadPage();
      const response = replyText(c, html, { contentType: "text/html; charset=utf-8" });
      response.headers.set("content-security-policy", PAGE_CSP);
      response.headers.set("referrer-policy", "no-referrer");
      response.headers.set("cache-control", "no-cache");
      return response;
    },
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/docs/assets/{file}",
      tags,
      security,
      summary: "A file of the reference page",
      description: "Kept by the browser for good: its name changes with what is in it.",
      request: {
        params: z.object({
          file: z.string().max(128).openapi({ description: "A name the page refers to" }),
        }),
      },
      responses: {
        200: {
          description: "A style sheet or script",
          content: { "text/css": { schema: z.string() }, "text/javascript": { schema: z.string() } },
        },
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      const asset = (await loadPage()).assets.get(c.req.valid("param").file);
      if (asset === undefined) throw new ServiceError("not_found", "The reference page has no such file");
      const response = replyText(c, asset.body, { contentType: asset.contentType });
      response.headers.set("content-security-policy", "default-src 'none'");
      response.headers.set("cache-control", "public, max-age=31536000, immutable");
      return response;
    },
  );
}
