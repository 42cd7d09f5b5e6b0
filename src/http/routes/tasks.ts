import { createRoute, z } from "@hono/zod-openapi";
import type { StoredTask } from "../../queue/task.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted, replyJson, replyText } from "../reply.ts";
import { flagQuery, idempotencyKey, taskId, wholeQuery } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import {
  acceptedBody,
  acceptedTask,
  purgedTask,
  taskJson,
  taskPage,
  taskPatch,
  taskSchema,
  taskWithInputJson,
} from "../schemas/task.ts";
import { filterOf, taskQuery } from "../schemas/task_filter.ts";
import { newTask, taskRequestOf } from "../schemas/task_options.ts";
import { refuseWhenStopping } from "./intake.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";
import { checkTaskUrls } from "./url_check.ts";

const tags = ["tasks"];
const params = z.object({ task_id: taskId });

export function taskRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { queue, health } = deps;

  /** The task, once it has ended, the wait is over or the service begins to stop. */
  const taskOrWait = async (taskId: string, waitMs: number, caller: AbortSignal): Promise<StoredTask> => {
    if (waitMs === 0 || health.stopping()) return await queue.get(taskId);
    // One signal for both: the caller has gone, so nobody is waited for in vain, or the service stops.
    const end = new AbortController();
    const onStop = () => end.abort(health.stopSignal.reason);
    const onGone = () => end.abort(caller.reason);
    health.stopSignal.addEventListener("abort", onStop);
    caller.addEventListener("abort", onGone);
    if (caller.aborted) onGone();
    try {
      return await queue.waitForEnd(taskId, { waitMs, signal: end.signal });
    } catch (error) {
      if (caller.aborted || !health.stopping()) throw error;
      return await queue.get(taskId); // a stop does not cut its callers off: they are told how far it is
    } finally {
      health.stopSignal.removeEventListener("abort", onStop);
      caller.removeEventListener("abort", onGone);
    }
  };

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/tasks",
      tags,
      summary: "Queue a task of any type",
      description: "202 means that the task is on disk.",
      parameters: [idempotencyKey],
      request: { body: jsonRequest(newTask) },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the task", acceptedTask),
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
      const task = c.req.valid("json");
      checkTaskUrls(deps.checkUrl, task);
      const accepted = await queue.enqueue(taskRequestOf(task), acceptOptionsOf(c));
      return replyAccepted(c, acceptedBody(accepted), {
        location: `/api/tasks/${accepted.taskId}`,
        replayed: accepted.replayed,
      });
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks",
      tags,
      summary: "List tasks, newest first",
      description: "Without inputs and results. `status=failed` are the dead letters.",
      request: { query: taskQuery },
      responses: { 200: jsonAnswer("A page", taskPage) },
    }),
    async (c) => {
      const { limit, cursor, ...conditions } = c.req.valid("query");
      const page = await queue.list({ ...filterOf(conditions), limit, cursor });
      const next = JSON.stringify(nextUrl(c.req.url, page.nextCursor));
      return replyText(c, `{"tasks":[${page.tasks.map(taskJson).join(",")}],"next":${next}}`);
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/{task_id}",
      tags,
      summary: "One task, with its result",
      description: "With `wait_s` the answer waits until the task has ended, or for that long.",
      request: {
        params,
        query: z.object({
          wait_s: wholeQuery(0, 60, 0, "Hold the answer until the task has ended, at most this long"),
          input: flagQuery("With its input, which may be large; not together with a wait"),
        }),
      },
      responses: {
        200: jsonAnswer("The task; with `wait_s`, once it has ended or the wait is over", taskSchema),
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      const { task_id } = c.req.valid("param");
      const { wait_s, input } = c.req.valid("query");
      if (input && wait_s === 0) {
        return replyText(c, taskWithInputJson(await queue.get(task_id, { withInput: true })));
      }
      return replyText(c, taskJson(await taskOrWait(task_id, wait_s * 1000, c.req.raw.signal)));
    },
  );

  addRoute(
    app,
    createRoute({
      method: "patch",
      path: "/api/tasks/{task_id}",
      tags,
      summary: "Change the priority of a task",
      description: "A waiting one keeps its age; of a running one the next attempt has it.",
      request: { params, body: jsonRequest(taskPatch) },
      responses: {
        200: jsonAnswer("The task as it is now", taskSchema),
        ...problems(["not_found", "conflict", "storage_full"]),
      },
    }),
    async (c) => {
      const { task_id } = c.req.valid("param");
      return replyText(c, taskJson(await queue.reprioritize(task_id, c.req.valid("json").priority)));
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path: "/api/tasks/{task_id}",
      tags,
      summary: "Cancel a task, or forget an ended one",
      description:
        "A waiting one is cancelled at once; a running one is asked to stop and killed if it does not. With `purge` " +
        "it must have ended, and is forgotten with its result.",
      request: {
        params,
        query: z.object({ purge: flagQuery("Forget an ended task instead of cancelling one") }),
      },
      responses: {
        200: jsonAnswer(
          "Cancelled, or `running` with `cancel_requested` until it has stopped; with `purge`, that it is gone",
          z.union([taskSchema, purgedTask]),
        ),
        ...problems(["not_found", "conflict", "storage_full"]),
      },
    }),
    async (c) => {
      const { task_id } = c.req.valid("param");
      if (!c.req.valid("query").purge) return replyText(c, taskJson(await queue.cancel(task_id)));
      await queue.remove(task_id);
      return replyJson(c, { task_id, purged: true });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/tasks/{task_id}/retry",
      tags,
      summary: "Run a failed or cancelled task again",
      description:
        "The same task under the same id, with its attempts counted anew; one that waits, runs or was completed is a 409.",
      request: { params },
      responses: {
        202: jsonAnswer("Queued again, its attempts counted from 0", taskSchema),
        ...problems(["not_found", "conflict", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const task = await queue.retry(c.req.valid("param").task_id);
      const response = replyText(c, taskJson(task), { status: 202 });
      response.headers.set("location", `/api/tasks/${task.id}`);
      return response;
    },
  );
}
