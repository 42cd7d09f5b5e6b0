import { assertEquals } from "@std/assert";
import type { StoredTask } from "../../src/queue/task.ts";
import { type Client, client } from "./client.ts";

/** A delivery as the store accepts it when a task ends. */
async function deliveryOf(c: Client, taskId: string, change: Partial<StoredTask> = {}): Promise<string> {
  const { taskId: id } = await c.deps.queue.enqueue({
    type: "webhook",
    input: { url: "https://shop.example/hook", event: "task.completed", data: { task_id: taskId } },
    maxAttempts: 8,
    tags: [`webhook:${taskId}`.slice(0, 128)],
  });
  c.deps.queue.end(id, change);
  return id;
}

Deno.test("GET /api/tasks/{task_id}/webhooks tells what became of each delivery, newest first", async () => {
  const c = client();
  const { taskId } = await c.deps.queue.enqueue({ type: "test", input: {} });
  const done = await deliveryOf(c, taskId, {
    status: "completed",
    attempts: 2,
    createdMs: 1000,
    finishedMs: 2000,
    runAtMs: 1500,
    resultJson: '{"status_code":204,"duration_ms":3}',
  });
  const error = { code: "http_5xx", message: "The receiver answered 500", retryable: true } as const;
  const waiting = await deliveryOf(c, taskId, {
    status: "delayed",
    attempts: 1,
    createdMs: 3000,
    runAtMs: 8000,
    error,
  });
  await deliveryOf(c, "another");
  const { status, body } = await c.call(`/api/tasks/${taskId}/webhooks`);
  const shared = { url: "https://shop.example/hook", event: "task.completed", max_attempts: 8 };
  assertEquals(status, 200);
  assertEquals(body, {
    deliveries: [{
      ...shared,
      delivery_id: waiting,
      status: "delayed",
      attempts: 1,
      created_at: "1970-01-01T00:00:03.000Z",
      next_attempt_at: "1970-01-01T00:00:08.000Z",
      error,
    }, {
      ...shared,
      delivery_id: done,
      status: "completed",
      attempts: 2,
      created_at: "1970-01-01T00:00:01.000Z",
      finished_at: "1970-01-01T00:00:02.000Z",
      status_code: 204,
    }],
  });
});

Deno.test("GET /api/tasks/{task_id}/webhooks tells a task without deliveries from one that is not there", async () => {
  const c = client();
  const { taskId } = await c.deps.queue.enqueue({ type: "test", input: {} });
  assertEquals((await c.call(`/api/tasks/${taskId}/webhooks`)).body, { deliveries: [] });
  const { status, body } = await c.call("/api/tasks/absent/webhooks");
  assertEquals([status, body.code], [404, "not_found"]);
  await deliveryOf(c, "removed-meanwhile");
  assertEquals((await c.call("/api/tasks/removed-meanwhile/webhooks")).status, 200);
});

Deno.test("GET /api/tasks/{task_id}/webhooks keeps tasks apart whose long ids begin alike", async () => {
  const c = client();
  const [a, b] = ["a", "b"].map((end) => "x".repeat(125) + end) as [string, string];
  const id = await deliveryOf(c, a);
  await deliveryOf(c, b);
  const { body } = await c.call<{ deliveries: { delivery_id: string }[] }>(`/api/tasks/${a}/webhooks`);
  assertEquals(body.deliveries.map(({ delivery_id }) => delivery_id), [id]);
});
