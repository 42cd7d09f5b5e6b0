import {
  endOf,
  endOfAccepted,
  type Ground,
  inParallel,
  refusalOf,
  type TaskBody,
  type Way,
} from "./ground.ts";
import type { Vector } from "../vectors.ts";

const AT_ONCE = 16;
const NOTHING = { type: "test", input: { delay_s: 0 } };

/** What a task's end sets off for each vector; then the deliveries' own first attempts. */
async function told(
  ground: Ground,
  vectors: readonly Vector[],
  requestOf: (vector: Vector) => { path: string; body: unknown },
): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  await inParallel(vectors, AT_ONCE, async (vector) => {
    const { path, body: request } = requestOf(vector);
    const { status, body } = await ground.service.json(path, {
      method: "POST",
      body: JSON.stringify(request),
    });
    if (status !== 202) refused.set(vector.id, refusalOf(status, body));
  });
  await untilTried(ground);
  return refused;
}

/** Every delivery once: what waits for another attempt is cancelled. */
async function untilTried({ service }: Ground): Promise<void> {
  while (true) {
    const { counts } =
      (await service.json<{ counts: Record<string, number> }>("/api/tasks/queue/status")).body;
    if (counts.queued! + counts.running! > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const { tasks } = (await service.json<{ tasks: TaskBody[] }>("/api/tasks?status=delayed&limit=200")).body;
    if (tasks.length === 0) return;
    await inParallel(tasks, AT_ONCE, async ({ task_id }) => {
      await service.json(`/api/tasks/${task_id}`, { method: "DELETE" });
    });
  }
}

export const TELLING: readonly Way[] = [
  {
    name: "a webhook",
    reaches: true,
    run: (ground, vectors) =>
      told(ground, vectors, ({ url }) => ({ path: "/api/tasks", body: { ...NOTHING, webhook: { url } } })),
  },
  {
    name: "a webhook of a batch",
    reaches: true,
    run: (ground, vectors) =>
      told(ground, vectors, ({ url }) => ({
        path: "/api/batches",
        body: { type: "test", inputs: [{ delay_s: 0 }], webhook: { url } },
      })),
  },
  {
    name: "a redirect of a webhook",
    reaches: false, // it follows none
    run: (ground, vectors) =>
      told(ground, vectors, ({ url }) => ({
        path: "/api/tasks",
        body: {
          ...NOTHING,
          webhook: { url: `http://hook.entry.test/r?code=307&to=${encodeURIComponent(url)}` },
        },
      })),
  },
  {
    name: "a webhook that is a task",
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const input = { url, event: "task.completed", data: {} };
        const request = { type: "webhook", input, max_attempts: 1 };
        ends.set(id, await endOfAccepted(ground, "/api/tasks", request));
      });
      // a redirect, good or bad, is not followed
      for (const { id, url } of vectors) if (url.includes("/r?code=")) ends.delete(id);
      return ends;
    },
  },
  {
    name: "on_complete of a batch",
    reaches: true,
    run: (ground, vectors) =>
      told(ground, vectors, ({ url }) => ({
        path: "/api/batches",
        body: {
          type: "test",
          inputs: [{ delay_s: 0 }],
          on_complete: { type: "scrape", input: { url }, max_attempts: 1 },
        },
      })),
  },
  {
    name: "a schedule",
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }, index) => {
        const path = `/api/schedules/every-${index}`;
        const { status, body } = await ground.service.json(path, {
          method: "PUT",
          body: JSON.stringify({
            every_s: 86_400,
            task: { type: "scrape", input: { url }, max_attempts: 1 },
          }),
        });
        if (status >= 300) return void ends.set(id, refusalOf(status, body));
        const fired = await ground.service.json<{ task_id: string }>(`${path}/trigger`, { method: "POST" });
        ends.set(
          id,
          fired.status < 300 ? await endOf(ground, fired.body.task_id) : refusalOf(fired.status, fired.body),
        );
      });
      return ends;
    },
  },
];
