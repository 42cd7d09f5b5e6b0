import { assertEquals } from "@std/assert";
import { createWebhookTask, TaskRegistry, taskTypes } from "../../src/tasks/mod.ts";
import type { TaskDefinition } from "../../src/tasks/mod.ts";
import { webhookBody } from "../../src/tasks/webhook.ts";

Deno.test("webhookBody() is the same text for the same delivery, its fields in their order", () => {
  const input = { event: "task.failed", data: { b: 1, a: [{ z: null }] } };
  const body = webhookBody(input, { id: "webhook_1", attempt: 2, sentMs: 1_700_000_000_123 });
  assertEquals(
    body,
    '{"event":"task.failed","delivery_id":"webhook_1","attempt":2,"sent_at":"2023-11-14T22:13:20.123Z",' +
      '"data":{"b":1,"a":[{"z":null}]}}',
  );
});

Deno.test("a webhook is tried eight times, from 5 s to an hour apart", () => {
  const task = createWebhookTask({ sign: () => Promise.reject(new Error("not here")) });
  const { validate: _, ...type } = taskTypes(new TaskRegistry([task as unknown as TaskDefinition])).get(
    "webhook",
  )!;
  assertEquals(type, {
    load: "io",
    timeoutMs: 30_000,
    maxAttempts: 8,
    backoff: { kind: "exponential", delayMs: 5000, maxMs: 3_600_000, jitter: 0.2 },
  });
});
