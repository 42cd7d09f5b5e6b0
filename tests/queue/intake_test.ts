import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import type { EnqueueRequest } from "../../src/queue/port.ts";
import type { TaskRequest } from "../../src/queue/service_port.ts";
import type { NewTask } from "../../src/queue/task.ts";
import { HandClock, QueueFixture, type QueueFixtureOptions } from "./queue_fixture.ts";
import { spied } from "./spied_store.ts";

async function refused(work: Promise<unknown>, code: string): Promise<ServiceError> {
  const error = await assertRejects(() => work, ServiceError);
  assertEquals(error.code, code);
  return error;
}

const paths = (error: ServiceError) => error.fields?.map(({ path }) => path).sort();
const ask = (more: Partial<TaskRequest> = {}): TaskRequest => ({ type: "echo", input: {}, ...more });

/** A queue that keeps the tasks it hands to the store. */
function keeping(options: QueueFixtureOptions = {}): { at: QueueFixture; tasks: NewTask[] } {
  const tasks: NewTask[] = [];
  const wrap: QueueFixtureOptions["wrap"] = (store) =>
    spied(store, (name, argument) => {
      if (name === "enqueue") tasks.push(...(argument as EnqueueRequest).tasks);
    });
  return { at: new QueueFixture({ start: false, ...options, wrap }), tasks };
}

Deno.test("enqueue() hands every option to the store", async () => {
  const { at, tasks } = keeping();
  await using _ = at;
  const parent = await at.put();
  const options: Partial<TaskRequest> = {
    fairnessKey: "tenant-7",
    limitKeys: ["tenant:7"],
    dependsOn: [parent],
    onDependencyFailure: "run",
    dedup: { key: "k", mode: "throttle", windowMs: 5000 },
    webhook: { url: "https://example.org/hook", events: ["failed"] },
  };
  await at.put({}, { ...options, expiresInS: 1.5 });
  assertObjectMatch({ ...tasks[1] }, { ...options, expiresInMs: 1500 });
});

Deno.test("enqueue() tells everything that is wrong with what a task may carry", async () => {
  await using at = new QueueFixture({ start: false });
  const error = await refused(
    at.service.enqueue(ask({
      expiresInS: 0,
      fairnessKey: "",
      limitKeys: ["ok", "a\nb"],
      dependsOn: ["fine", "a/b"],
      onDependencyFailure: "perhaps" as "run",
      dedup: { key: "", mode: "throttle" },
      webhook: { url: "file:///etc/passwd", events: ["completed", "queued" as "failed"] },
    })),
    "invalid_request",
  );
  assertEquals(paths(error), [
    "dedup.key",
    "dedup.window_s",
    "depends_on.1",
    "expires_in_s",
    "fairness_key",
    "limit_keys.1",
    "on_dependency_failure",
    "webhook.events.1",
    "webhook.url",
  ]);
  const many = await refused(
    at.service.enqueue(ask({
      dependsOn: Array.from({ length: 101 }, (_, i) => `t${i}`),
      limitKeys: Array.from({ length: 9 }, (_, i) => `k${i}`),
      dedup: { key: "k", mode: "reject", windowMs: 5000 },
      webhook: { url: "https://example.org", events: [] },
    })),
    "invalid_request",
  );
  assertEquals(paths(many), ["dedup.window_s", "depends_on", "limit_keys", "webhook.events"]);
  assertEquals(at.store.snapshot().accepted, 0);
});

Deno.test("enqueue() gives a task the keys of its brand and of its type's input, once each", async () => {
  await using at = new QueueFixture({ start: false });
  const keysOf = async (request: Partial<TaskRequest>) =>
    (await at.service.get(await at.put({ host: "a.example" }, request))).limitKeys?.toSorted();
  assertEquals(await keysOf({ brand: "x", limitKeys: ["t", "type:echo", "brand:x"] }), ["brand:x", "t"]);
  assertEquals(await keysOf({ type: "page", limitKeys: ["t"] }), ["host:a.example", "t"]);
  assertEquals(await keysOf({}), undefined);
  const long = await at.put({ host: "a".repeat(250) }, { type: "page" });
  assertEquals((await at.service.get(long)).limitKeys, undefined);
});

Deno.test("enqueue() takes the type's defaults between the request's and the service's", async () => {
  await using at = new QueueFixture({ start: false });
  const plain = await at.service.get(await at.put({}, { type: "page" }));
  assertEquals([plain.maxAttempts, plain.backoff.kind, plain.backoff.delaysMs], [7, "list", [5, 9]]);
  assertEquals(plain.backoff.jitter, 0); // the service's, as the type names none
  const own = await at.service.get(
    await at.put({}, { type: "page", maxAttempts: 2, backoff: { kind: "fixed", delayMs: 3 } }),
  );
  assertEquals([own.maxAttempts, own.backoff.kind, own.backoff.delayMs], [2, "fixed", 3]);
});

Deno.test("enqueue() puts a delay off by a wait and a time by the wall clock", async () => {
  const clock = new HandClock();
  const { at, tasks } = keeping({ clock });
  await using _ = at;
  const requests: Partial<TaskRequest>[] = [
    { delayS: 2.5 },
    { runAtMs: clock.wall + 9000 },
    { runAtMs: clock.wall - 1 },
    { delayS: 0 },
  ];
  const statuses = [];
  for (const more of requests) statuses.push((await at.service.enqueue(ask(more))).status);
  assertEquals(statuses, ["delayed", "delayed", "queued", "queued"]);
  assertEquals(at.events.map(({ status }) => status), statuses);
  assertEquals(tasks.map(({ delayMs, runAtMs }) => [delayMs, runAtMs]), [
    [2500, undefined],
    [undefined, clock.wall + 9000],
    [undefined, clock.wall - 1],
    [undefined, undefined],
  ]);
});

Deno.test("enqueue() names a dependency that is not there", async () => {
  await using at = new QueueFixture({ start: false });
  const error = await refused(at.service.enqueue(ask({ dependsOn: ["ghost"] })), "invalid_request");
  assertEquals(paths(error), ["depends_on"]);
  assertStringIncludes(error.message, "ghost");
});

Deno.test("a task that depends on another runs after it and is told queued when it is let go", async () => {
  await using at = new QueueFixture();
  const parent = await at.put();
  const child = await at.service.enqueue(ask({ dependsOn: [parent, parent] }));
  assertEquals(child.status, "delayed");
  assertEquals((await at.service.get(child.taskId)).pendingDependencies, 1);
  await at.pool.began(1);
  at.pool.settle(parent);
  await at.pool.began(2);
  assertEquals(at.pool.runs[1]?.taskId, child.taskId);
  const told = at.events.filter(({ taskId }) => taskId === child.taskId).map(({ status }) => status);
  assertEquals(told, ["delayed", "queued", "running"]);
});

Deno.test("a task whose dependencies have ended is told queued, not delayed", async () => {
  await using at = new QueueFixture({ start: false });
  const parent = await at.put();
  await at.service.cancel(parent);
  const { taskId } = await at.service.enqueue(ask({ dependsOn: [parent], onDependencyFailure: "run" }));
  await at.event((event) => event.taskId === taskId);
  assertEquals(at.events.filter((event) => event.taskId === taskId).map(({ status }) => status), ["queued"]);
});

Deno.test("a task that its dependencies end on arrival is told as ended and nothing else", async () => {
  await using at = new QueueFixture({ start: false });
  const parent = await at.put();
  await at.service.cancel(parent);
  const { taskId } = await at.service.enqueue(ask({ dependsOn: [parent] }));
  assertEquals((await at.service.get(taskId)).status, "failed");
  assertEquals(at.events.filter((event) => event.taskId === taskId).map(({ status }) => status), ["failed"]);
});

Deno.test("the end of a task goes through those that depend on it, and wakes who waits for them", async () => {
  await using at = new QueueFixture();
  const error = { code: "handler_error", message: "", retryable: false } as const;
  const parent = await at.put();
  const child = await at.put({}, { dependsOn: [parent] });
  const grandchild = await at.put({}, { dependsOn: [child], onDependencyFailure: "cancel" });
  const waiting = [child, grandchild].map((id) => at.service.waitForEnd(id, { waitMs: 60_000 }));
  await at.pool.began(1);
  at.pool.settle(parent, { kind: "failed", error, runMs: 1 });
  const [first, second] = await Promise.all(waiting);
  assertEquals([first!.status, first!.error?.code], ["failed", "dependency_failed"]);
  assertEquals(second!.status, "cancelled");
  const told = at.events.find(({ taskId, status }) => taskId === child && status === "failed");
  assertEquals(told?.error?.code, "dependency_failed");
  assertEquals((await at.service.status()).throughputPerS > 0, true);
});

Deno.test("a task that has not begun by its deadline fails, and who waits for it is told", async () => {
  await using at = new QueueFixture({ start: false });
  const id = await at.put({}, { expiresInS: 0.1 });
  const task = await at.service.waitForEnd(id, { waitMs: 60_000 });
  assertEquals([task.status, task.error?.code], ["failed", "expired"]);
});

Deno.test("dedup reject refuses with the task there is; throttle answers with it", async () => {
  await using at = new QueueFixture({ start: false });
  const dedup = { key: "sync", mode: "reject" } as const;
  const first = await at.put({}, { dedup });
  const error = await refused(at.service.enqueue(ask({ dedup })), "conflict");
  assertStringIncludes(error.message, first);
  assertStringIncludes(error.message, '"sync"');
  const throttle = { key: "sync", mode: "throttle", windowMs: 60_000 } as const;
  assertEquals(await at.service.enqueue(ask({ dedup: throttle })), {
    taskId: first,
    status: "queued",
    replayed: false,
    deduplicated: true,
  });
  assertEquals(at.events.length, 1);
});

Deno.test("dedup replace cancels the one that waits and tells it; debounce waits its window", async () => {
  await using at = new QueueFixture({ start: false });
  const first = await at.put({}, { dedup: { key: "k", mode: "replace" } });
  const ended = at.service.waitForEnd(first, { waitMs: 60_000 });
  const second = await at.service.enqueue(ask({ dedup: { key: "k", mode: "replace" } }));
  assertEquals(second.status, "queued");
  assertEquals((await ended).status, "cancelled");
  const third = await at.service.enqueue(ask({ dedup: { key: "k", mode: "debounce", windowMs: 60_000 } }));
  assertEquals(third.status, "delayed");
  assertEquals((await at.service.get(third.taskId)).status, "delayed");
});

Deno.test("a batch's on_complete is accepted with it and runs when all have ended", async () => {
  await using at = new QueueFixture();
  const options = { idempotency: { key: "b", fingerprint: "f" } };
  const request = {
    type: "echo",
    inputs: [1, 2],
    maxConcurrent: 2,
    onComplete: ask({ input: { sum: true }, tags: ["after"] }),
  };
  const batch = await at.service.enqueueBatch(request, options);
  const after = batch.onCompleteTaskId!;
  assertEquals(await at.service.enqueueBatch(request, options), { ...batch, replayed: true });
  assertEquals((await at.service.getBatch(batch.batchId)).onCompleteTaskId, after);
  await at.pool.began(2);
  for (const id of batch.taskIds) at.pool.settle(id);
  await at.pool.began(3);
  assertEquals([at.pool.runs[2]?.taskId, at.pool.runs[2]?.batchId], [after, batch.batchId]);
  assertEquals((await at.service.get(after)).batchId, undefined);
  const told = at.events.filter(({ taskId }) => taskId === after).map(({ status }) => status);
  assertEquals(told, ["delayed", "queued", "running"]);
});

Deno.test("a batch's webhook is a task that tells its url once the batch has ended", async () => {
  await using at = new QueueFixture({ start: false });
  const { batchId, onCompleteTaskId } = await at.service.enqueueBatch({
    type: "echo",
    inputs: [1],
    maxConcurrent: 1,
    brand: "x",
    webhook: { url: "https://example.org/hook" },
  });
  const task = await at.service.get(onCompleteTaskId!, { withInput: true });
  assertEquals(JSON.parse(task.inputJson), {
    url: "https://example.org/hook",
    event: "batch.completed",
    data: { batch_id: batchId },
  });
  assertMatch(task.id, /^webhook_/);
  assertEquals([task.type, task.status, task.maxAttempts, task.brand], ["webhook", "delayed", 8, "x"]);
  assertEquals(task.tags, [`webhook:${batchId}`]);
});

Deno.test("enqueueBatch() tells what is wrong with on_complete under its own path", async () => {
  await using at = new QueueFixture({ start: false });
  const batch = { type: "echo", inputs: [1], maxConcurrent: 1 };
  const error = await refused(
    at.service.enqueueBatch({
      ...batch,
      onComplete: ask({ input: { bad: 1 }, priority: 11, delayS: 1, dependsOn: ["x"] }),
    }),
    "invalid_request",
  );
  assertEquals(paths(error), [
    "on_complete.delay_s",
    "on_complete.depends_on",
    "on_complete.input.bad",
    "on_complete.priority",
  ]);
  const both = await refused(
    at.service.enqueueBatch({ ...batch, onComplete: ask(), webhook: { url: "https://example.org" } }),
    "invalid_request",
  );
  assertEquals(paths(both), ["webhook"]);
  const url = await refused(at.service.enqueueBatch({ ...batch, webhook: { url: "x" } }), "invalid_request");
  assertEquals(paths(url), ["webhook.url"]);
  assertEquals(at.store.snapshot().accepted, 0);
});

Deno.test("newTask() makes the task of a schedule, which accepted() tells of", async () => {
  await using at = new QueueFixture({ start: false });
  const origin = { taskId: "sched_a_1", scheduleId: "a", nowMs: 5 };
  const task = at.service.newTask(ask({ delayS: 1, brand: "x" }), origin);
  assertEquals([task.id, task.scheduleId, task.createdMs, task.delayMs], ["sched_a_1", "a", 5, 1000]);
  assertEquals(at.store.snapshot().accepted, 0);
  at.service.accepted(task);
  assertEquals(at.events.map(({ taskId, status }) => [taskId, status]), [["sched_a_1", "delayed"]]);
  const error = await refused(
    Promise.resolve().then(() => at.service.newTask(ask({ type: "nope" }), origin)),
    "invalid_request",
  );
  assert(error.fields?.[0]?.path === "type");
});
