import { createRoute, z } from "@hono/zod-openapi";
import { type Dashboard, loadDashboard, PAGE_CSP, PAGE_PATHS, wantsPage } from "../../dashboard/mod.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson, replyText } from "../reply.ts";
import { operationId } from "../operation_ids.ts";
import { problems } from "../schemas/problem.ts";
import { addRoute } from "./route.ts";

const tags = ["dashboard"];
const security: [] = [];
const page = { "text/html": { schema: z.string() } };
const links = z.record(z.string(), z.string());

/** The page under each of its addresses, and its files. */
export function dashboardRoutes(app: HttpApp, deps: HttpDeps): void {
  let loading: Promise<Dashboard> | undefined;
  const load = () => loading ??= loadDashboard();
  const showPage = async (c: HttpContext) => {
    const response = replyText(c, (await load()).html, { contentType: "text/html; charset=utf-8" });
    response.headers.set("content-security-policy", PAGE_CSP);
    response.headers.set("referrer-policy", "no-referrer");
    response.headers.set("cache-control", "no-cache");
    response.headers.set("vary", "Accept");
    return response;
  };

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/",
      tags,
      summary: "The dashboard; to a program, where things are",
      description: "The page goes to whoever accepts `text/html`, without a key: it asks for one.",
      responses: {
        200: {
          description: "The page, or links",
          content: { ...page, "application/json": { schema: links } },
        },
      },
    }),
    (c) => {
      if (wantsPage(c.req.raw.headers)) return showPage(c);
      const response = replyJson(c, {
        name: "tutti",
        version: deps.version,
        docs: "/docs",
        openapi: "/openapi.json",
        health: "/health",
      });
      response.headers.set("vary", "Accept");
      return response;
    },
  );

  for (const path of PAGE_PATHS) {
    const hasId = path.endsWith("/:id");
    addRoute(
      app,
      createRoute({
        method: "get",
        path: path.replace(":id", "{id}"),
        operationId: operationId("show", path),
        tags,
        summary: "A page of the dashboard",
        description: "Only to whoever accepts `text/html`; without a key, as the page asks for one.",
        ...(hasId
          ? { request: { params: z.object({ id: z.string().openapi({ description: "Of what is shown" }) }) } }
          : {}),
        responses: { 200: { description: "The page", content: page }, ...problems(["not_found"]) },
      }),
      (c) => {
        if (wantsPage(c.req.raw.headers)) return showPage(c);
        throw new ServiceError("not_found", "There is no such route, but a page for browsers; see /docs");
      },
    );
  }

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/assets/{file}",
      tags,
      security,
      summary: "A file of the dashboard",
      description: "Kept by the browser for good: its name changes with what is in it.",
      request: {
        params: z.object({
          file: z.string().max(128).openapi({ description: "A name the page refers to" }),
        }),
      },
      responses: {
        200: {
          description: "A style sheet, script or picture",
          content: {
            "text/css": { schema: z.string() },
            "text/javascript": { schema: z.string() },
            "image/svg+xml": { schema: z.string() },
          },
        },
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      const asset = (await load()).assets.get(c.req.valid("param").file);
      if (asset === undefined) throw new ServiceError("not_found", "The dashboard has no such file");
      const response = replyText(c, asset.body, { contentType: asset.contentType });
      response.headers.set("content-security-policy", "default-src 'none'");
      response.headers.set("cache-control", "public, max-age=31536000, immutable");
      return response;
    },
  );
}
