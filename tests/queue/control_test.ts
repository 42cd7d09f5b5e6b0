import { assert, assertEquals, assertRejects } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { nextTurn } from "../../src/platform/next_turn.ts";
import type { BulkTaskRequest } from "../../src/queue/service_port.ts";
import type { BulkRequest } from "../../src/queue/port.ts";
import { QueueFixture } from "./queue_fixture.ts";
import { spied } from "./spied_store.ts";

async function refused(work: Promise<unknown>, code: string): Promise<ServiceError> {
  const error = await assertRejects(() => work, ServiceError);
  assertEquals(error.code, code);
  return error;
}

const FAILED = {
  kind: "failed",
  error: { code: "handler_error", message: "", retryable: false },
  runMs: 1,
} as const;

Deno.test("reprioritize() lets a waiting task go first and refuses ended ones", async () => {
  await using at = new QueueFixture({ io: 1, start: false });
  const [first, second] = [await at.put(), await at.put()];
  assertEquals((await at.service.reprioritize(second, 9)).priority, 9);
  at.service.start();
  await at.pool.began(1);
  assertEquals(at.pool.runs[0]?.taskId, second);
  await refused(at.service.reprioritize(first, 11), "invalid_request");
  await refused(at.service.reprioritize("none", 1), "not_found");
  await at.service.cancel(first);
  await refused(at.service.reprioritize(first, 1), "conflict");
});

Deno.test("remove() forgets an ended task and no other", async () => {
  await using at = new QueueFixture({ start: false });
  const id = await at.put();
  await refused(at.service.remove(id), "conflict");
  await at.service.cancel(id);
  await at.service.remove(id);
  await refused(at.service.get(id), "not_found");
  await refused(at.service.remove(id), "not_found");
  assertEquals(at.store.snapshot().accepted, 0);
});

Deno.test("bulk() cancels what waits and what runs, and tells those who wait for them", async () => {
  await using at = new QueueFixture({ io: 1 });
  const running = await at.put({}, { tags: ["x"] });
  const waiting = await at.put({}, { tags: ["x"] });
  const other = await at.put();
  await at.pool.began(1);
  const ended = [running, waiting].map((id) => at.service.waitForEnd(id, { waitMs: 60_000 }));
  const request: BulkTaskRequest = { action: "cancel", filter: { tag: "x" } };
  assertEquals(await at.service.bulk({ ...request, dryRun: true }), { matched: 2, changed: 2 });
  assertEquals(await at.service.bulk(request), { matched: 2, changed: 2 });
  for (const task of await Promise.all(ended)) assertEquals(task.status, "cancelled");
  assertEquals(at.pool.aborts.map(({ taskId }) => taskId), [running]);
  await at.pool.began(2);
  assertEquals(at.pool.runs[1]?.taskId, other);
});

Deno.test("bulk() runs failed tasks again, told as queued", async () => {
  await using at = new QueueFixture({ io: 1 });
  const id = await at.ended(FAILED);
  at.events.length = 0;
  assertEquals(await at.service.bulk({ action: "retry", filter: { status: "failed" } }), {
    matched: 1,
    changed: 1,
  });
  await at.pool.began(2);
  assertEquals(at.events.map(({ taskId, status, attempt }) => [taskId, status, attempt]), [
    [id, "queued", 0],
    [id, "running", 1],
  ]);
});

Deno.test("bulk() with dryRun counts what each action could change, and changes nothing", async () => {
  await using at = new QueueFixture({ io: 1 });
  await at.ended();
  await at.ended(FAILED);
  await at.service.cancel(await at.put({}, { delayS: 60 }));
  await at.put(); // runs
  await at.pool.began(3);
  await at.put(); // queued
  await at.put({}, { delayS: 60 });
  const before = at.store.snapshot();
  const count = async (action: BulkTaskRequest["action"], filter = {}) => {
    const { matched, changed } = await at.service.bulk({ action, filter, dryRun: true, priority: 1 });
    return [matched, changed];
  };
  assertEquals(await count("cancel"), [6, 3]);
  assertEquals(await count("reprioritize"), [6, 3]);
  assertEquals(await count("retry"), [6, 2]);
  assertEquals(await count("remove"), [6, 3]);
  assertEquals(await count("retry", { status: "completed" }), [1, 0]);
  assertEquals(await count("retry", { status: "failed" }), [1, 1]);
  assertEquals(at.store.snapshot(), before);
});

Deno.test("bulk() goes in steps, each in a turn of its own", async () => {
  const steps: { request: BulkRequest; turn: number }[] = [];
  let turn = 0;
  let counting = true;
  const count = () => void setImmediate(() => (turn++, counting && count()));
  await using at = new QueueFixture({
    start: false,
    wrap: (store) =>
      spied(store, (name, argument) => {
        if (name === "bulk") steps.push({ request: argument as BulkRequest, turn });
      }),
  });
  await at.service.enqueueBatch({ type: "echo", inputs: Array(1200).fill(0), maxConcurrent: 1 });
  count();
  const answer = await at.service.bulk({ action: "reprioritize", filter: { type: "echo" }, priority: 2 });
  counting = false;
  await nextTurn();
  assertEquals(answer, { matched: 1200, changed: 1200 });
  assert(steps.length >= 3);
  for (const { request } of steps) assertEquals([request.limit, request.priority], [500, 2]);
  assertEquals(new Set(steps.map(({ turn }) => turn)).size, steps.length);
  assertEquals((await at.service.list({ limit: 1 })).tasks[0]?.priority, 2);
});

Deno.test("bulk() refuses what makes no sense", async () => {
  await using at = new QueueFixture({ start: false });
  const error = await refused(
    at.service.bulk({ action: "reprioritize", filter: { status: "gone" as "failed" } }),
    "invalid_request",
  );
  assertEquals(error.fields?.map(({ path }) => path).sort(), ["priority", "status"]);
  await refused(at.service.bulk({ action: "burn" as "cancel", filter: {} }), "invalid_request");
  await refused(at.service.bulk({ action: "reprioritize", filter: {}, priority: 11 }), "invalid_request");
});
