import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import type { TaskStore } from "../../src/queue/port.ts";
import { newTask } from "../contracts/task_store_contract.ts";
import { QueueFixture } from "./queue_fixture.ts";
import { intercepted, spied } from "./spied_store.ts";

const BROKEN = { code: "handler_error", message: "broke", retryable: true } as const;

Deno.test("Dispatcher runs tasks by priority, never more than the pool has room for", async () => {
  await using at = new QueueFixture({ io: 2, start: false });
  const ids = [];
  for (const priority of [1, 5, 9]) ids.push(await at.put({}, { priority }));
  at.service.start();
  await at.pool.began(2);
  assertEquals(at.pool.runs.map(({ taskId }) => taskId), [ids[2], ids[1]]);
  at.pool.settle(ids[2]!);
  await at.pool.began(3);
  assertEquals(at.pool.runs[2]?.taskId, ids[0]);
  assertEquals((await at.service.get(ids[2]!)).status, "completed");
});

Deno.test("Dispatcher carries an end and the claim that fills its place in one transaction", async () => {
  const calls: string[] = [];
  await using at = new QueueFixture({
    io: 1,
    wrap: (store) =>
      spied(store, (name) => {
        if (name === "complete" || name === "claim") calls.push(name);
      }),
  });
  const first = await at.put();
  await at.put();
  await at.pool.began(1);
  calls.length = 0;
  const before = at.store.commits;
  at.pool.settle(first);
  await Promise.resolve(); // no further than this: what is called later is in a later transaction
  assertEquals(calls, ["complete", "claim"]);
  await at.pool.began(2);
  assertEquals(at.store.commits - before, 1);
});

Deno.test("Dispatcher retries a failed attempt after its backoff and gives up after the last", async () => {
  await using at = new QueueFixture({ handler: () => ({ kind: "failed", error: BROKEN, runMs: 1 }) });
  const { taskId } = await at.service.enqueue({ type: "echo", input: {}, maxAttempts: 3 });
  await at.event(({ status }) => status === "failed");
  const task = await at.service.get(taskId);
  assertEquals([task.attempts, task.error, at.pool.runs.length], [3, BROKEN, 3]);
  const statuses = at.events.filter((event) => event.taskId === taskId).map(({ status }) => status);
  assertEquals(statuses, ["queued", "running", "delayed", "running", "delayed", "running", "failed"]);
});

Deno.test("Dispatcher leaves tasks of a type this process does not know waiting, and runs the others", async () => {
  await using at = new QueueFixture({ start: false });
  await at.store.enqueue({ tasks: [newTask({ id: "gone", type: "of_another_tasks_dir", priority: 10 })] });
  const known = await at.put();
  at.service.start();
  await at.pool.began(1);
  assertEquals(at.pool.runs.map(({ taskId }) => taskId), [known]);
  const { status, attempts } = await at.service.get("gone");
  assertEquals([status, attempts], ["queued", 0]);
});

Deno.test("Dispatcher fails a task that may not be retried at once", async () => {
  const error = { ...BROKEN, retryable: false };
  await using at = new QueueFixture({ handler: () => ({ kind: "failed", error, runMs: 1 }) });
  await at.put();
  await at.event(({ status }) => status === "failed");
  assertEquals(at.pool.runs.length, 1);
});

Deno.test("Dispatcher runs a crasher alone and fails it at the second crash", async () => {
  await using at = new QueueFixture({ handler: () => ({ kind: "crashed", message: "died", runMs: 1 }) });
  const { taskId } = await at.service.enqueue({ type: "echo", input: {}, maxAttempts: 50 });
  await at.event(({ status }) => status === "failed");
  assertEquals(at.pool.runs.map(({ exclusive, attempt }) => [exclusive, attempt]), [[false, 1], [true, 1]]);
  const task = await at.service.get(taskId);
  assertEquals([task.error?.code, task.error?.message, task.crashes], ["worker_crashed", "died", 2]);
});

Deno.test("Dispatcher puts an interrupted attempt back without counting it", async () => {
  let runs = 0;
  await using at = new QueueFixture({
    handler: () =>
      ++runs <= 5
        ? { kind: "interrupted", reason: "neighbour", runMs: 1 }
        : { kind: "completed", resultJson: "7", runMs: 1 },
  });
  const { taskId } = await at.service.enqueue({ type: "echo", input: {}, maxAttempts: 1 });
  const task = await at.service.waitForEnd(taskId, { waitMs: 10_000 });
  assertEquals([task.status, task.resultJson, task.attempts, runs], ["completed", "7", 1, 6]);
});

Deno.test("Dispatcher keeps the CPU lane's limit and lets other types past a busy lane", async () => {
  await using at = new QueueFixture({ io: 4, cpu: 1, cpuTypes: ["number"], start: false });
  const cpu = [
    await at.put({}, { type: "number", priority: 9 }),
    await at.put({}, { type: "number", priority: 9 }),
  ];
  const io = [await at.put(), await at.put()];
  at.service.start();
  await at.pool.began(3);
  assertEquals(new Set(at.pool.inHand.keys()), new Set([cpu[0]!, ...io]));
  at.pool.settle(io[0]!);
  const late = await at.put();
  await at.pool.began(4);
  assertEquals(at.pool.runs[3]?.taskId, late);
  at.pool.settle(cpu[0]!);
  await at.pool.began(5);
  assertEquals(at.pool.runs[4]?.taskId, cpu[1]);
});

Deno.test("Dispatcher wakes at the time of a delayed task", async () => {
  await using at = new QueueFixture();
  const { taskId } = await at.service.enqueue({ type: "echo", input: {}, delayS: 0.05 });
  assertEquals((await at.service.get(taskId)).status, "delayed");
  await at.pool.began(1);
  assertEquals(at.pool.runs[0]?.taskId, taskId);
});

Deno.test("Dispatcher claims nothing while paused and goes on at resume", async () => {
  await using at = new QueueFixture();
  await at.service.pause();
  await at.put();
  await at.service.enqueue({ type: "echo", input: {}, delayS: 0.001 });
  assertEquals([at.pool.runs.length, (await at.service.status()).paused], [0, true]);
  await at.service.resume();
  await at.pool.began(2);
});

Deno.test("Dispatcher stops an attempt whose cancel was answered before its claim", async () => {
  const late = Promise.withResolvers<void>();
  await using at = new QueueFixture({
    wrap: (store) =>
      intercepted(store, (name, call) => {
        const answer = call();
        return name === "claim" ? late.promise.then(() => answer) : answer;
      }),
  });
  const id = await at.put();
  assertEquals((await at.service.cancel(id)).status, "running");
  const ended = at.service.waitForEnd(id, { waitMs: 60_000 });
  late.resolve();
  assertEquals((await ended).status, "cancelled");
  assertEquals(at.pool.aborts, [{ taskId: id, reason: "cancelled" }]);
});

Deno.test("Dispatcher tells an end as cancelled where the cancel was in the books before it", async () => {
  const written = Promise.withResolvers<void>();
  await using at = new QueueFixture({
    wrap: (store) =>
      intercepted(store, (name, call) => name === "fail" ? written.promise.then(call) : call()),
  });
  const id = await at.put();
  await at.pool.began(1);
  at.pool.settle(id, { kind: "failed", error: BROKEN, runMs: 1 });
  await Promise.resolve(); // its end is on its way
  assertEquals((await at.service.cancel(id)).status, "running");
  written.resolve();
  await at.event(({ status }) => status === "cancelled");
  const statuses = at.events.map(({ status }) => status);
  assertEquals(statuses, ["queued", "running", "cancelled"]);
  assertEquals((await at.service.get(id)).status, "cancelled");
  assertEquals(at.pool.aborts, []); // the pool has let it go
});

Deno.test("Dispatcher writes progress down and tells it", async () => {
  await using at = new QueueFixture();
  const id = await at.put();
  await at.pool.began(1);
  for (let done = 1; done <= 50; done++) at.pool.progress(id, done, 50);
  await at.event(({ progress }) => progress !== undefined);
  assertEquals(at.events.filter(({ progress }) => progress !== undefined).length, 1);
  assertEquals((await at.service.get(id)).progress, { done: 50, total: 50 });
  at.pool.progress(id, 7, 7); // in the same moment as the end: kept all the same
  at.pool.settle(id);
  const task = await at.service.waitForEnd(id, { waitMs: 10_000 });
  assertEquals(task.progress, { done: 7, total: 7 });
});

Deno.test("Dispatcher keeps an outcome the store rejects and writes it when the store is well", async () => {
  let broken = true;
  await using at = new QueueFixture({
    wrap: (store) => failing(store, ["complete"], () => broken),
  });
  const id = await at.put();
  await at.pool.began(1);
  at.pool.settle(id);
  const ended = at.service.waitForEnd(id, { waitMs: 20_000 });
  while (at.errors.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  assertStringIncludes(at.errors[0]!.doing, "writing the end");
  assertEquals((await at.service.get(id)).status, "running");
  broken = false;
  assertEquals((await ended).status, "completed");
});

Deno.test("Dispatcher claims again after the store refused a claim", async () => {
  let left = 2;
  await using at = new QueueFixture({ wrap: (store) => failing(store, ["claim"], () => left-- > 0) });
  await at.put();
  await at.pool.began(1);
  assert(at.errors.length >= 1);
});

Deno.test("Dispatcher puts back what the pool aborts at shutdown, and what a claim brings late", async () => {
  await using at = new QueueFixture({ io: 2 });
  const ids = [await at.put(), await at.put()];
  await at.pool.began(2);
  const third = await at.put();
  at.pool.settle(ids[0]!); // its claim of the third is under way when stop comes
  await Promise.resolve();
  await at.stop();
  assertEquals(at.pool.runs.length, 2);
  assertEquals(at.store.snapshot().counts, {
    queued: 2,
    delayed: 0,
    running: 0,
    completed: 1,
    failed: 0,
    cancelled: 0,
  });
  for (const id of [ids[1]!, third]) assertEquals((await at.store.get(id))?.attempts, 0);
  assertEquals(at.store.verifyBooks(), []);
});

Deno.test("Dispatcher.close() says when outcomes could not be written in time", async () => {
  await using at = new QueueFixture({ wrap: (store) => failing(store, ["complete"], () => true) });
  const id = await at.put();
  await at.pool.began(1);
  at.pool.settle(id);
  await at.service.stop();
  assertEquals(await at.service.close({ timeoutMs: 300 }), false);
  assert(at.errors.some(({ doing }) => doing === "closing the books"));
  await assertRejects(() => Promise.reject(at.errors[0]!.error), ServiceError);
});

/** The store, with some methods rejecting while `when` says so. */
function failing(store: TaskStore, methods: (keyof TaskStore)[], when: () => boolean): TaskStore {
  return intercepted(
    store,
    (name, call) =>
      methods.includes(name) && when() ? Promise.reject(new ServiceError("storage_full", "no room")) : call(),
  );
}
