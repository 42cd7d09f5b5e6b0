import { assert, assertEquals } from "@std/assert";
import { verifySignature } from "../../src/platform/webhook_signature.ts";
import { startSite } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Delivery {
  delivery_id: string;
  status: string;
  attempts: number;
  status_code?: number;
  next_attempt_at?: string;
  error?: { code: string };
}

async function testTask(service: ServiceProcess, webhook: unknown, input: unknown = {}) {
  const init = { method: "POST", body: JSON.stringify({ type: "test", input, webhook }) };
  return await service.json<{ task_id: string; code?: string }>("/api/tasks", init);
}

async function deliveries(service: ServiceProcess, taskId: string): Promise<Delivery[]> {
  return (await service.json<{ deliveries: Delivery[] }>(`/api/tasks/${taskId}/webhooks`)).body.deliveries;
}

Deno.test("a task's webhook outlives a kill, is told again after a 500, and its log says so", async () => {
  const told: { body: string; header: string | null }[] = [];
  const first = Promise.withResolvers<void>();
  await using site = startSite({
    "/hook": async (request) => {
      told.push({ body: await request.text(), header: request.headers.get("tutti-signature") });
      first.resolve();
      return new Response(null, { status: told.length === 1 ? 500 : 200 });
    },
  });
  const env = { ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "1" };
  await using service = await startService({ env });
  const { status, body } = await testTask(service, { url: `${site.url}/hook` });
  assertEquals(status, 202, JSON.stringify(body));
  const { task_id } = body;
  await service.json(`/api/tasks/${task_id}?wait_s=20`);
  await first.promise;
  let log = await deliveries(service, task_id);
  while (log[0]?.status !== "delayed") log = await deliveries(service, task_id);
  const [{ delivery_id, attempts, error, next_attempt_at }] = log as [Delivery];
  assertEquals([log.length, attempts, error?.code], [1, 1, "http_5xx"]);
  assert(Date.parse(next_attempt_at!) > Date.now());

  await using again = await service.restart();
  const ended = await again.json<{ status: string }>(`/api/tasks/${delivery_id}?wait_s=30`);
  assertEquals(ended.body.status, "completed");
  const [delivered] = await deliveries(again, task_id);
  assertEquals([delivered!.attempts, delivered!.status_code], [2, 200]);

  const secret = (await Deno.readTextFile(`${service.folder}/data/webhook_secret`)).trim();
  assertEquals(told.length, 2);
  for (const { body, header } of told) {
    assert(await verifySignature(body, header, secret), "one secret for both");
  }
  const bodies = told.map(({ body }) => JSON.parse(body));
  assertEquals(bodies.map((b) => [b.event, b.delivery_id, b.attempt, b.data.task_id]), [
    ["task.completed", delivery_id, 1, task_id],
    ["task.completed", delivery_id, 2, task_id],
  ]);
  const written = service.log() + again.log() + await Deno.readTextFile(`${service.folder}/logs/app.log`);
  assertEquals(written.includes(secret), false);
});

Deno.test("a webhook to an address that is not public is refused with the task, also as a task of its own", async () => {
  await using service = await startService({ env: { WORKERS: "1" } });
  const url = "http://127.0.0.1:9/hook";
  const { status, body } = await testTask(service, { url });
  assertEquals([status, body.code], [422, "blocked_address"]);
  const direct = await service.json<{ code: string }>("/api/tasks", {
    method: "POST",
    body: JSON.stringify({ type: "webhook", input: { url, event: "x", data: {} } }),
  });
  assertEquals([direct.status, direct.body.code], [422, "blocked_address"]);
});
