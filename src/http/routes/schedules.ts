import { createRoute, z } from "@hono/zod-openapi";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { scheduleId } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import {
  newSchedule,
  previewBody,
  removedSchedule,
  scheduleBody,
  scheduleList,
  schedulePreview,
  scheduleRule,
  scheduleSchema,
  scheduleSpecOf,
  triggeredSchedule,
} from "../schemas/schedule.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { checkTaskUrls } from "./url_check.ts";

const tags = ["schedules"];
const params = z.object({ schedule_id: scheduleId });
const path = "/api/schedules/{schedule_id}";

export function scheduleRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { schedules } = deps;

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/schedules",
      tags,
      summary: "All schedules",
      description: "Each with its rule and when it fires next.",
      responses: { 200: jsonAnswer("The schedules", scheduleList) },
    }),
    async (c) =>
      replyJson(c, { schedules: (await schedules.list()).map((each) => scheduleBody(schedules, each)) }),
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/schedules/preview",
      tags,
      summary: "When a schedule with this rule would fire",
      description: "Nothing is kept.",
      request: { body: jsonRequest(scheduleRule) },
      responses: { 200: jsonAnswer("The next firings from now on", schedulePreview) },
    }),
    (c) => replyJson(c, previewBody(schedules, c.req.valid("json"))),
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "put",
      path,
      tags,
      summary: "Make or replace a schedule",
      description:
        "One that is replaced keeps its counters. Each slot fires at most once, whatever happens to the process.",
      request: { params, body: jsonRequest(newSchedule) },
      responses: {
        200: jsonAnswer("Replaced", scheduleSchema),
        201: jsonAnswer("Made", scheduleSchema),
        ...problems(["blocked_address", "invalid_request", "unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const body = c.req.valid("json");
      checkTaskUrls(deps.checkUrl, body.task, "task");
      const { schedule_id } = c.req.valid("param");
      const { schedule, created } = await schedules.put(scheduleSpecOf(schedule_id, body));
      return replyJson(c, scheduleBody(schedules, schedule), created ? 201 : 200);
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "One schedule",
      description: "With its rule, when it fires next, and what became of it when it fired last.",
      request: { params },
      responses: { 200: jsonAnswer("The schedule", scheduleSchema), ...problems(["not_found"]) },
    }),
    async (c) => replyJson(c, scheduleBody(schedules, await schedules.get(c.req.valid("param").schedule_id))),
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path,
      tags,
      summary: "Remove a schedule",
      description: "Tasks it has made stay.",
      request: { params },
      responses: {
        200: jsonAnswer("It is gone", removedSchedule),
        ...problems(["not_found", "storage_full"]),
      },
    }),
    async (c) => {
      const { schedule_id } = c.req.valid("param");
      await schedules.remove(schedule_id);
      return replyJson(c, { schedule_id, removed: true });
    },
  );

  for (
    const [verb, paused, summary, description] of [
      [
        "pause",
        true,
        "Let a schedule fire no more",
        "It stays, without a next slot; it can still be triggered.",
      ],
      [
        "resume",
        false,
        "Let a schedule fire again, from its next slot on",
        "Slots that passed while it was paused are left out.",
      ],
    ] as const
  ) {
    addRoute(
      app,
      createRoute({
        method: "post",
        path: `${path}/${verb}`,
        tags,
        summary,
        description,
        request: { params },
        responses: {
          200: jsonAnswer("The schedule as it is now", scheduleSchema),
          ...problems(["not_found", "storage_full"]),
        },
      }),
      async (c) => {
        const { schedule_id } = c.req.valid("param");
        return replyJson(c, scheduleBody(schedules, await schedules.setPaused(schedule_id, paused)));
      },
    );
  }

  addRoute(
    app,
    createRoute({
      method: "post",
      path: `${path}/trigger`,
      tags,
      summary: "Fire a schedule now",
      description: "Beside its slots, also while it is paused.",
      request: { params },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the task", triggeredSchedule),
        ...problems(["not_found", "conflict", "queue_full", "unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { taskId } = await schedules.trigger(c.req.valid("param").schedule_id);
      const response = replyJson(c, { task_id: taskId }, 202);
      response.headers.set("location", `/api/tasks/${taskId}`);
      return response;
    },
  );
}
