import { assertEquals, assertStringIncludes } from "@std/assert";
import { type EventClient, eventClient } from "./event_client.ts";
import type { Message } from "./event_reader.ts";

const told = (messages: Message[]) =>
  messages.map(({ event, data }) => `${event} ${data.progress?.done ?? data.status}`);

/** Runs a task with three steps of progress. */
function run({ deps: { queue } }: EventClient, taskId: string) {
  queue.end(taskId, { status: "running", attempts: 1 });
  for (const done of [1, 2, 3]) queue.end(taskId, { progress: { done, total: 3 } });
  queue.end(taskId, { status: "completed", resultJson: '{"whole":\n[1,2]}' });
}

Deno.test("GET /api/tasks/{task_id}/events tells the state, every change in order, the final state, and ends", async () => {
  const it = eventClient();
  const taskId = await it.task();
  const response = await it.ask(`/api/tasks/${taskId}/events`);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "no-store, no-transform");
  await response.body?.cancel();

  await using reader = await it.follow(`/api/tasks/${taskId}/events`);
  const first = await reader.next();
  assertEquals([first?.event, first?.data.task_id, first?.data.status], ["status", taskId, "queued"]);
  assertEquals([first?.data.priority, reader.retryMs], [5, 1000]);
  run(it, taskId);
  const rest = await reader.until();
  assertEquals(told(rest), ["status running", "progress 1", "progress 2", "progress 3", "status 3"]);
  const final = rest.at(-1)!;
  assertEquals([final.event, final.data.status, final.data.result], ["status", "completed", {
    whole: [1, 2],
  }]);
  assertEquals(it.log.followers, 0);
});

Deno.test("a stream tells only its own task's events", async () => {
  const it = eventClient();
  const [mine, other] = [await it.task(), await it.task()];
  await using reader = await it.follow(`/api/tasks/${mine}/events`);
  run(it, other);
  run(it, mine);
  const all = await reader.until();
  assertEquals(all.map(({ data }) => data.task_id), Array(6).fill(mine));
});

Deno.test("the stream of a task that has ended is its final state", async () => {
  const it = eventClient();
  const taskId = await it.task();
  run(it, taskId);
  for (const lastId of [undefined, "gone-5", it.log.idOf(it.log.last)]) {
    await using reader = await it.follow(`/api/tasks/${taskId}/events`, { lastId });
    const all = await reader.until();
    assertEquals(all.map(({ event, data }) => [event, data.status, data.result]), [["status", "completed", {
      whole: [1, 2],
    }]]);
  }
});

Deno.test("resuming after any message misses nothing and repeats nothing", async () => {
  for (let cut = 0; cut <= 4; cut++) {
    const it = eventClient();
    const taskId = await it.task();
    const other = await it.task();
    const path = `/api/tasks/${taskId}/events`;
    let lastId: string | undefined;
    const got: Message[] = [];
    {
      await using reader = await it.follow(path);
      got.push((await reader.next())!);
      run(it, other);
      it.deps.queue.end(taskId, { status: "running", attempts: 1 });
      for (const done of [1, 2, 3]) it.deps.queue.end(taskId, { progress: { done, total: 3 } });
      for (let n = 0; n < cut; n++) got.push((await reader.next())!);
      lastId = reader.lastId;
    }
    it.deps.queue.end(taskId, {
      status: "failed",
      error: { code: "timeout", message: "late", retryable: true },
    });
    await using reader = await it.follow(path, { lastId });
    got.push(...await reader.until());
    assertEquals(
      got.map(({ event, data }) =>
        `${event} ${data.error?.code ?? (event === "status" ? data.status : data.progress?.done)}`
      ),
      ["status queued", "status running", "progress 1", "progress 2", "progress 3", "status timeout"],
      `cut after ${cut}`,
    );
  }
});

Deno.test("?last_event_id= resumes too; the header goes before it", async () => {
  const it = eventClient();
  const taskId = await it.task();
  run(it, taskId);
  const path = `/api/tasks/${taskId}/events?last_event_id=`;
  const id = (n: number) => it.log.idOf(n);
  await using byQuery = await it.follow(path + id(3));
  assertEquals((await byQuery.until()).map(({ event }) => event), ["progress", "status"]);
  await using byHeader = await it.follow(path + id(3), { lastId: id(1) });
  assertEquals((await byHeader.until()).map(({ event }) => event), [
    "progress",
    "progress",
    "progress",
    "status",
  ]);
});

for (
  const [what, lastId] of [
    ["of another process", "7m2k9xq1d8w3-2"],
    ["that has fallen out of the ring", undefined],
    ["of the future", "future"],
    ["that is none", "\u00e9 x"],
  ] as const
) {
  Deno.test(`an id ${what} gets the present state, then what follows`, async () => {
    const it = eventClient({}, { maxEvents: 4 });
    const taskId = await it.task();
    it.deps.queue.end(taskId, { status: "running", attempts: 1 });
    for (let done = 1; done <= 6; done++) it.deps.queue.end(taskId, { progress: { done, total: 9 } });
    await using reader = await it.follow(`/api/tasks/${taskId}/events`, {
      lastId: lastId === "future" ? it.log.idOf(99) : lastId ?? it.log.idOf(2),
    });
    const first = await reader.next();
    assertEquals([first?.event, first?.data.status, first?.data.progress?.done], ["status", "running", 6]);
    it.deps.queue.end(taskId, { progress: { done: 7, total: 9 } });
    assertEquals(told([(await reader.next())!]), ["progress 7"]);
  });
}

Deno.test("a client that has the final state and comes back is told that there is no more", async () => {
  const it = eventClient();
  const taskId = await it.task();
  const path = `/api/tasks/${taskId}/events`;
  await using reader = await it.follow(path);
  run(it, taskId);
  await reader.until();
  const again = await it.ask(path, { lastId: reader.lastId });
  assertEquals([again.status, await again.text()], [204, ""]);
  await using late = await it.follow(path); // one that came for the end only
  await late.until();
  assertEquals((await it.ask(path, { lastId: late.lastId })).status, 204);

  it.deps.queue.end(taskId, { status: "failed" });
  await it.deps.queue.retry(taskId); // but it is run again
  await using more = await it.follow(path, { lastId: reader.lastId });
  run(it, taskId);
  assertEquals((await more.until()).map(({ data }) => data.status).slice(0, 2), ["failed", "queued"]);
});

Deno.test("an end that was taken back by a retry is not the end of the stream", async () => {
  const it = eventClient();
  const taskId = await it.task();
  await using reader = await it.follow(`/api/tasks/${taskId}/events`);
  await reader.next();
  it.deps.queue.end(taskId, { status: "failed", attempts: 3 });
  it.deps.queue.end(taskId, { status: "queued", attempts: 0 });
  run(it, taskId);
  const all = await reader.until();
  assertEquals(all.filter(({ event }) => event === "status").map(({ data }) => data.status), [
    "failed",
    "queued",
    "running",
    "completed",
  ]);
});

Deno.test("nor is it where the stream is read in pieces and one ends with it", async () => {
  const it = eventClient();
  for (let before = 8; before < 20; before++) {
    const taskId = await it.task();
    await using reader = await it.follow(`/api/tasks/${taskId}/events`);
    const message = "x".repeat(1000);
    for (let done = 1; done <= before; done++) {
      it.deps.queue.end(taskId, { progress: { done, total: 99, message } });
    }
    it.deps.queue.end(taskId, { status: "failed", error: { code: "timeout", message, retryable: true } });
    it.deps.queue.end(taskId, { status: "queued" });
    it.deps.queue.end(taskId, { status: "cancelled" });
    const all = await reader.until();
    assertEquals(
      all.slice(-3).map(({ data }) => data.status),
      ["failed", "queued", "cancelled"],
      `${before}`,
    );
  }
});

Deno.test("the end is told though its task can no longer be read", async () => {
  const it = eventClient();
  const taskId = await it.task();
  await using reader = await it.follow(`/api/tasks/${taskId}/events`);
  await reader.next();
  it.deps.queue.end(taskId, { status: "cancelled" });
  it.deps.queue.tasks.delete(taskId);
  const all = await reader.until();
  assertEquals(all.map(({ event, data }) => [event, data.task_id, data.status]), [[
    "status",
    taskId,
    "cancelled",
  ]]);
});

Deno.test("what happens between the look at the task and the stream is told", async () => {
  const it = eventClient();
  const taskId = await it.task();
  const get = it.deps.queue.get.bind(it.deps.queue);
  it.deps.queue.get = async (id) => {
    const task = await get(id);
    it.deps.queue.get = get;
    run(it, taskId); // after the state was read, before anybody is told it
    return task;
  };
  await using reader = await it.follow(`/api/tasks/${taskId}/events`);
  const all = await reader.until();
  assertEquals([all[0]?.data.status, all.at(-1)?.data.status], ["queued", "completed"]);
});

Deno.test("200 readers of one task get the same, of one look at its end", async () => {
  const it = eventClient();
  const taskId = await it.task();
  const readers = await Promise.all(
    Array.from({ length: 200 }, () => it.follow(`/api/tasks/${taskId}/events`)),
  );
  for (const reader of readers) await reader.next();
  let looks = 0;
  const get = it.deps.queue.get.bind(it.deps.queue);
  it.deps.queue.get = (id) => {
    looks++;
    return get(id);
  };
  it.deps.queue.end(taskId, { status: "running" });
  const running = await Promise.all(readers.map((reader) => reader.next()));
  assertEquals(new Set(running.map((message) => JSON.stringify(message))).size, 1);
  it.deps.queue.end(taskId, { status: "completed", resultJson: '"done"' });
  const ends = await Promise.all(readers.map((reader) => reader.until()));
  assertEquals(ends.every((all) => all.length === 1 && all[0]!.data.result === "done"), true);
  assertEquals([looks, it.log.followers], [1, 0]);
});

Deno.test("an unknown task or batch is a 404 problem", async () => {
  const it = eventClient();
  for (const path of ["/api/tasks/none/events", "/api/batches/none/events"]) {
    for (const lastId of [undefined, it.log.idOf(0)]) {
      const response = await it.ask(path, { lastId });
      assertEquals([response.status, (await response.json()).code], [404, "not_found"]);
    }
    assertEquals((await it.ask(path, { method: "HEAD" })).status, 404);
  }
});

Deno.test("HEAD of a stream opens none", async () => {
  const it = eventClient();
  const paths = [
    `/api/tasks/${await it.task()}/events`,
    `/api/batches/${(await it.batch(1)).batchId}/events`,
  ];
  for (const path of [...paths, "/api/events"]) {
    const response = await it.ask(path, { method: "HEAD" });
    assertEquals([response.status, response.body], [200, null]);
    assertStringIncludes(response.headers.get("content-type")!, "text/event-stream");
  }
  assertEquals(it.log.followers, 0);
});
