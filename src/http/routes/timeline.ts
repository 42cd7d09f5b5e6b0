import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyText } from "../reply.ts";
import { taskId } from "../schemas/common.ts";
import { taskEventJson, timelineSchema } from "../schemas/event.ts";
import { problems } from "../schemas/problem.ts";
import { addRoute, jsonAnswer } from "./route.ts";

/** Events of one task that are told; a chatty one has thousands. */
const MAX_EVENTS = 500;

/** What has happened to a task lately. */
export function timelineRoutes(app: HttpApp, { queue, events: feed }: HttpDeps): void {
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/{task_id}/timeline",
      tags: ["tasks"],
      summary: "What has happened to a task",
      description:
        "Its events, oldest first, out of the latest ones of the whole queue, which are kept in memory: of an older " +
        "task, or after a restart, there are fewer or none.",
      request: { params: z.object({ task_id: taskId }) },
      responses: { 200: jsonAnswer("The events", timelineSchema), ...problems(["not_found"]) },
    }),
    async (c) => {
      const { task_id } = c.req.valid("param");
      const task = await queue.get(task_id);
      const known = feed.read(feed.start, { taskId: task_id })?.events ?? [];
      const told = known.slice(-MAX_EVENTS).map(({ event }) => event);
      // Its acceptance is told by an event like any other: with that, nothing is missing.
      const complete = known.length <= MAX_EVENTS && told.length > 0 &&
        told[0]!.atMs - task.createdMs < 1000 &&
        told[0]!.status !== "running";
      return replyText(c, `{"events":[${told.map(taskEventJson).join(",")}],"complete":${complete}}`);
    },
  );
}
