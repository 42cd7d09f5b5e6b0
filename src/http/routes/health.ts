import { createRoute } from "@hono/zod-openapi";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import type { HealthReport } from "../health_report.ts";
import { replyJson, replyText } from "../reply.ts";
import { healthSchema, probeSchema } from "../schemas/health.ts";
import { addRoute, jsonAnswer } from "./route.ts";

const tags = ["health"];
const security: [] = [];

export function healthRoutes(app: HttpApp, deps: HttpDeps, report: HealthReport): void {
  const { health } = deps;
  const answer = (c: HttpContext, text: string) =>
    replyText(c, text, { status: health.stopping() ? 503 : 200 });

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/health",
      tags,
      security,
      summary: "Whether the service works, and each of its parts",
      description: "Needs no API key. A look at the parts serves for 250 ms.",
      responses: {
        200: jsonAnswer("It works; `degraded` where a part does not and the rest goes on", healthSchema),
        503: jsonAnswer("It is stopping", healthSchema),
      },
    }),
    (c) => {
      if (health.stopping()) report.forget();
      const text = report.text();
      return typeof text === "string" ? answer(c, text) : text.then((renewed) => answer(c, renewed));
    },
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/health/live",
      tags,
      security,
      summary: "Whether the process runs",
      description: "Needs no API key.",
      responses: { 200: jsonAnswer("It runs", probeSchema) },
    }),
    (c) => replyJson(c, { status: "ok" }),
  );
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/health/ready",
      tags,
      security,
      summary: "Whether it takes work",
      description: "Needs no API key.",
      responses: {
        200: jsonAnswer("It takes work", probeSchema),
        503: jsonAnswer("It is starting or stopping", probeSchema),
      },
    }),
    (c) => {
      if (health.stopping()) return replyJson(c, { status: "stopping" }, 503);
      return health.ready() ? replyJson(c, { status: "ok" }) : replyJson(c, { status: "starting" }, 503);
    },
  );
}
