import { createRoute, z } from "@hono/zod-openapi";
import { ServiceError } from "../../platform/errors.ts";
import type { Queue } from "../../queue/service_port.ts";
import type { StoredTask } from "../../queue/task.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { replyJson } from "../reply.ts";
import { taskId } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import { deliveryBody, webhookLog } from "../schemas/webhook.ts";
import { addRoute, jsonAnswer } from "./route.ts";

/** A task has one delivery each time it ends: more than this many are only there after as many retries by hand. */
const MOST_DELIVERIES = 100;
/** As long as the queue lets a tag be. */
const MAX_TAG_LENGTH = 128;

export function webhookRoutes(app: HttpApp, { queue }: HttpDeps): void {
  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/tasks/{task_id}/webhooks",
      tags: ["tasks"],
      summary: "The webhook deliveries of a task",
      description:
        `What became of telling the task's \`webhook\` that it has ended: the latest ${MOST_DELIVERIES} deliveries. ` +
        "They outlive the task where it was removed before them.",
      request: { params: z.object({ task_id: taskId }) },
      responses: {
        200: jsonAnswer("Empty where the task has no webhook or has not ended", webhookLog),
        ...problems(["not_found"]),
      },
    }),
    async (c) => {
      const id = c.req.valid("param").task_id;
      const deliveries = await deliveriesOf(queue, id);
      if (deliveries.length === 0) await queue.get(id); // an unknown task is told apart from one that told nobody
      return replyJson(c, { deliveries: deliveries.map(deliveryBody) });
    },
  );
}

async function deliveriesOf(queue: Queue, id: string): Promise<StoredTask[]> {
  const { tasks } = await queue.list({
    type: "webhook",
    tag: `webhook:${id}`.slice(0, MAX_TAG_LENGTH),
    limit: MOST_DELIVERIES,
  });
  const found = await Promise.all(tasks.map((task) => withInput(queue, task.id)));
  return found.filter((task) => task !== undefined && isAbout(task, id)) as StoredTask[];
}

/** Undefined for one that was removed since it was listed. */
async function withInput(queue: Queue, id: string): Promise<StoredTask | undefined> {
  try {
    return await queue.get(id, { withInput: true });
  } catch (error) {
    if (error instanceof ServiceError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** A long id is cut in the tag, so that another task's may have the same. */
function isAbout(task: StoredTask, id: string): boolean {
  const { data } = JSON.parse(task.inputJson) as { data?: { task_id?: unknown } };
  return data?.task_id === id;
}
