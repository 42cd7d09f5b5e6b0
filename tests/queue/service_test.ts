import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { HandClock, QueueFixture } from "./queue_fixture.ts";

async function refused(work: Promise<unknown>, code: string): Promise<ServiceError> {
  const error = await assertRejects(() => work, ServiceError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("enqueue() gives the task an id and fills in defaults", async () => {
  await using at = new QueueFixture({ start: false });
  const { taskId, replayed } = await at.service.enqueue({ type: "echo", input: { a: 1 }, brand: "halilit" });
  assertMatch(taskId, /^echo_halilit_\d+\.\d{3}-[0-9a-z]+$/);
  assertEquals(replayed, false);
  const task = await at.service.get(taskId, { withInput: true });
  assertEquals((await at.service.get(taskId)).inputJson, "");
  assertEquals(
    [task.inputJson, task.priority, task.maxAttempts, task.timeoutMs, task.status],
    ['{"a":1}', 5, 3, 120_000, "queued"],
  );
});

Deno.test("enqueue() tells everything that is wrong at once", async () => {
  await using at = new QueueFixture({ start: false });
  const error = await refused(
    at.service.enqueue({
      type: "echo",
      input: { bad: 1 },
      priority: 11,
      maxAttempts: 0,
      timeoutMs: 0.5,
      delayS: -1,
      taskId: "a/b",
      tags: [""],
      backoff: { jitter: 2 },
    }),
    "invalid_request",
  );
  assertEquals(error.fields?.map(({ path }) => path).sort(), [
    "backoff.jitter",
    "delay_s",
    "input.bad",
    "max_attempts",
    "priority",
    "tags.0",
    "task_id",
    "timeout_ms",
  ]);
  const unknown = await refused(at.service.enqueue({ type: "nope", input: {} }), "invalid_request");
  assertEquals(unknown.fields, [{ path: "type", message: "must be one of echo, number, page" }]);
  await refused(at.service.enqueue({ type: "echo", input: {}, delayS: 1, runAtMs: 5 }), "invalid_request");
  assertEquals(at.store.snapshot().accepted, 0);
});

Deno.test("enqueue() refuses a task_id in use", async () => {
  await using at = new QueueFixture({ start: false });
  await at.service.enqueue({ type: "echo", input: {}, taskId: "mine" });
  await refused(at.service.enqueue({ type: "echo", input: {}, taskId: "mine" }), "conflict");
});

Deno.test("enqueue() and enqueueBatch() replay under an idempotency key", async () => {
  await using at = new QueueFixture({ start: false });
  const options = { idempotency: { key: "k", fingerprint: "f" } };
  const first = await at.service.enqueue({ type: "echo", input: {} }, options);
  const again = await at.service.enqueue({ type: "echo", input: {} }, options);
  assertEquals(again, { taskId: first.taskId, status: first.status, replayed: true });
  await refused(
    at.service.enqueue({ type: "echo", input: {} }, { idempotency: { key: "k", fingerprint: "g" } }),
    "conflict",
  );
  const request = { type: "echo", inputs: [{}, {}], maxConcurrent: 1 };
  const batchOptions = { idempotency: { key: "b", fingerprint: "f" } };
  const batch = await at.service.enqueueBatch(request, batchOptions);
  assertEquals(await at.service.enqueueBatch(request, batchOptions), { ...batch, replayed: true });
  assertEquals(at.store.snapshot().accepted, 3);
});

Deno.test("enqueue() says queue_full with a time to come back", async () => {
  await using at = new QueueFixture({ start: false, service: { maxLength: 1 } });
  await at.put();
  const error = await refused(at.put(), "queue_full");
  assert(error.retryAfterS! >= 1);
});

Deno.test("enqueueBatch() names the input that is wrong and accepts none", async () => {
  await using at = new QueueFixture({ start: false });
  const error = await refused(
    at.service.enqueueBatch({ type: "echo", inputs: [{}, { bad: 1 }], maxConcurrent: 1 }),
    "invalid_request",
  );
  assertEquals(error.fields?.[0]?.path, "inputs.1.bad");
  await refused(at.service.enqueueBatch({ type: "echo", inputs: [], maxConcurrent: 0 }), "invalid_request");
  assertEquals(at.store.snapshot().accepted, 0);
});

Deno.test("a batch runs within max_concurrent and gives its results page by page", async () => {
  await using at = new QueueFixture({ io: 8 });
  const { batchId, taskIds } = await at.service.enqueueBatch({
    type: "echo",
    inputs: [1, 2, 3, 4, 5],
    maxConcurrent: 2,
  });
  for (let i = 0; i < 5; i++) {
    await at.pool.began(Math.min(i + 2, 5));
    assert(at.pool.inHand.size <= 2);
    at.pool.settle(taskIds[i]!, { kind: "completed", resultJson: String(i), runMs: 1 });
  }
  await at.service.waitForEnd(taskIds[4]!, { waitMs: 10_000 });
  const batch = await at.service.getBatch(batchId);
  assertEquals([batch.total, batch.counts.completed, batch.finishedMs !== undefined], [5, 5, true]);
  const first = await at.service.batchResults(batchId, { limit: 3 });
  assertEquals(first.tasks.map(({ resultJson }) => resultJson), ["0", "1", "2"]);
  const rest = await at.service.batchResults(batchId, { limit: 3, cursor: first.nextCursor });
  assertEquals([rest.tasks.map(({ id }) => id), rest.nextCursor], [taskIds.slice(3), undefined]);
  await refused(at.service.batchResults("batch_none", { limit: 3 }), "not_found");
  await refused(at.service.getBatch("batch_none"), "not_found");
});

Deno.test("waitForEnd() resolves at the end, at once for an ended task, and at its time with what is", async () => {
  await using at = new QueueFixture();
  const id = await at.put();
  assertEquals((await at.service.waitForEnd(id, { waitMs: 20 })).status, "running");
  const waiting = at.service.waitForEnd(id, { waitMs: 60_000 });
  at.pool.settle(id);
  assertEquals((await waiting).status, "completed");
  assertEquals((await at.service.waitForEnd(id, { waitMs: 60_000 })).status, "completed");
  await refused(at.service.waitForEnd("none", { waitMs: 60_000 }), "not_found");
});

Deno.test("waitForEnd() rejects when aborted", async () => {
  await using at = new QueueFixture();
  const id = await at.put();
  const abort = new AbortController();
  const waiting = at.service.waitForEnd(id, { waitMs: 60_000, signal: abort.signal });
  abort.abort(new Error("gone"));
  await assertRejects(() => waiting, Error, "gone");
});

Deno.test("cancel() ends a waiting task at once and a running one through the pool", async () => {
  await using at = new QueueFixture({ io: 1 });
  const running = await at.put();
  const waiting = await at.put();
  await at.pool.began(1);
  const ended = at.service.waitForEnd(waiting, { waitMs: 60_000 });
  assertEquals((await at.service.cancel(waiting)).status, "cancelled");
  assertEquals((await ended).status, "cancelled");
  await at.service.cancel(running);
  assertEquals((await at.service.waitForEnd(running, { waitMs: 60_000 })).status, "cancelled");
  assertEquals(at.pool.aborts, [{ taskId: running, reason: "cancelled" }]);
  await refused(at.service.cancel(running), "conflict");
  await refused(at.service.cancel("none"), "not_found");
});

Deno.test("cancel() in the tick of a failing attempt ends the task and those who wait for it", async () => {
  await using at = new QueueFixture();
  const id = await at.put();
  await at.pool.began(1);
  const ended = at.service.waitForEnd(id, { waitMs: 60_000 });
  await at.store.get(id);
  const error = { code: "handler_error", message: "", retryable: true } as const;
  const cancelled = at.service.cancel(id);
  at.pool.settle(id, { kind: "failed", error, runMs: 1 });
  await cancelled;
  assertEquals((await ended).status, "cancelled");
});

Deno.test("cancelBatch() ends what waits, aborts what runs and tells those who wait", async () => {
  await using at = new QueueFixture();
  const { batchId, taskIds } = await at.service.enqueueBatch({
    type: "echo",
    inputs: [1, 2, 3],
    maxConcurrent: 1,
  });
  await at.pool.began(1);
  const ended = taskIds.map((id) => at.service.waitForEnd(id, { waitMs: 60_000 }));
  assertEquals(await at.service.cancelBatch(batchId), { cancelled: 2, cancelling: 1 });
  for (const task of await Promise.all(ended)) assertEquals(task.status, "cancelled");
  await refused(at.service.cancelBatch("batch_none"), "not_found");
});

Deno.test("retry() runs a failed task again and refuses others", async () => {
  const error = { code: "handler_error", message: "", retryable: false } as const;
  await using at = new QueueFixture();
  const id = await at.put();
  await refused(at.service.retry(id), "conflict");
  await at.pool.began(1);
  at.pool.settle(id, { kind: "failed", error, runMs: 1 });
  await at.service.waitForEnd(id, { waitMs: 60_000 });
  at.events.length = 0;
  await at.service.retry(id);
  await at.pool.began(2);
  assertEquals(at.events.map(({ status, attempt }) => [status, attempt]), [["queued", 0], ["running", 1]]);
  at.pool.settle(id);
  assertEquals((await at.service.waitForEnd(id, { waitMs: 60_000 })).status, "completed");
  await refused(at.service.retry("none"), "not_found");
});

Deno.test("list() walks all tasks by cursor and refuses a cursor it did not give", async () => {
  await using at = new QueueFixture({ start: false });
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await at.put());
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await at.service.list({ limit: 2, cursor });
    seen.push(...page.tasks.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assertEquals(seen, ids.reverse());
  for (const bad of ["!", "eA", "0"]) {
    await refused(at.service.list({ limit: 2, cursor: bad }), "invalid_request");
  }
  await refused(at.service.list({ limit: 0 }), "invalid_request");
});

Deno.test("status() shows counts, the oldest and the throughput", async () => {
  const clock = new HandClock();
  await using at = new QueueFixture({ io: 1, clock });
  const id = await at.put();
  await at.put();
  await at.pool.began(1);
  at.pool.settle(id);
  await at.service.waitForEnd(id, { waitMs: 60_000 });
  clock.pass(1000);
  const status = await at.service.status();
  assertEquals([status.running, status.workers, status.accepted, status.paused], [true, 1, 2, false]);
  assertEquals(status.byType.echo?.completed, 1);
  assertEquals(status.throughputPerS, 0.5);
});

Deno.test("subscribe() survives a listener that throws and stops when told", async () => {
  await using at = new QueueFixture({ start: false });
  let calls = 0;
  const stop = at.service.subscribe(() => {
    calls++;
    throw new Error("listener");
  });
  await at.put();
  stop();
  await at.put();
  assertEquals([calls, at.errors.length, at.events.length], [1, 1, 2]);
});
