import { createRoute } from "@hono/zod-openapi";
import { settingsInForce } from "../../config/mod.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { settingsBody, settingsInForceSchema } from "../schemas/settings.ts";
import { addRoute, jsonAnswer } from "./route.ts";

export function settingsRoutes(app: HttpApp, { config }: HttpDeps): void {
  // They are frozen at the start, so one answer will do.
  let body: ReturnType<typeof settingsBody> | undefined;
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/settings",
      tags: ["system"],
      summary: "The settings the service was started with",
      description:
        "In the order of the table in the README. Secrets are never told, only whether they are set; of a URL, its user " +
        "and its query are hidden. What was changed since, as the count of workers, is in `/api/system/status`.",
      responses: { 200: jsonAnswer("The settings", settingsInForceSchema) },
    }),
    (c) => replyJson(c, body ??= settingsBody(settingsInForce(config))),
  );
}
