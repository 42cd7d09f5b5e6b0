import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type EventClient, eventClient } from "./event_client.ts";

/** Runs a task with three steps of progress. */
function run({ deps: { queue } }: EventClient, taskId: string) {
  queue.end(taskId, { status: "running", attempts: 1 });
  for (const done of [1, 2, 3]) queue.end(taskId, { progress: { done, total: 3 } });
  queue.end(taskId, { status: "completed", resultJson: '{"whole":\n[1,2]}' });
}
const RUN = ["status running", "progress 1", "progress 2", "progress 3", "status completed"];

Deno.test("GET /api/batches/{batch_id}/events tells counts, each member's end, and how it ended", async () => {
  const it = eventClient();
  const { batchId, taskIds } = await it.batch(5);
  const other = await it.batch(1);
  await using reader = await it.follow(`/api/batches/${batchId}/events`);
  const first = await reader.next();
  assertEquals([first?.event, first?.data.batch_id, first?.data.status], ["status", batchId, "queued"]);
  run(it, other.taskIds[0]!);
  it.deps.queue.end(taskIds[0]!, { status: "running" });
  const counts = await reader.next();
  assertEquals([counts?.event, counts?.data.counts?.running], ["progress", 1]);
  for (const taskId of taskIds) run(it, taskId);
  const rest = await reader.until();
  const ends = rest.filter(({ event }) => event === "task");
  assertEquals(ends.map(({ data }) => [data.task_id, data.status]), taskIds.map((id) => [id, "completed"]));
  const final = rest.at(-1)!;
  assertEquals([final.event, final.data.status, final.data.counts?.completed], ["status", "completed", 5]);
  assertEquals(rest.slice(0, -1).every(({ event }) => event !== "status"), true);
  assertEquals(it.log.followers, 0);

  assertEquals((await it.ask(`/api/batches/${batchId}/events`, { lastId: reader.lastId })).status, 204);
  await using again = await it.follow(`/api/batches/${batchId}/events`);
  assertEquals((await again.until()).map(({ event, data }) => [event, data.status]), [[
    "status",
    "completed",
  ]]);
});

Deno.test("a batch's stream resumes: each end once, and its own", async () => {
  const it = eventClient();
  const { batchId, taskIds } = await it.batch(4);
  const path = `/api/batches/${batchId}/events`;
  const ends: (string | undefined)[] = [];
  let lastId: string | undefined;
  for (const taskId of taskIds) {
    await using reader = await it.follow(path, { lastId });
    run(it, taskId);
    ends.push((await reader.until(({ event }) => event === "task")).at(-1)!.data.task_id);
    lastId = reader.lastId;
  }
  assertEquals(ends, taskIds);
  await using reader = await it.follow(path, { lastId });
  assertEquals((await reader.until()).map(({ event, data }) => [event, data.status]), [[
    "status",
    "completed",
  ]]);
});

Deno.test("a batch's counts are looked at once for all who follow it, and again after a failure", async () => {
  const it = eventClient();
  const { batchId, taskIds } = await it.batch(1);
  const path = `/api/batches/${batchId}/events`;
  const readers = await Promise.all(Array.from({ length: 20 }, () => it.follow(path)));
  for (const reader of readers) await reader.next();
  const getBatch = it.deps.queue.getBatch.bind(it.deps.queue);
  let looks = 0;
  it.deps.queue.getBatch = (id) =>
    ++looks <= 3 ? Promise.reject(new Error("the store is busy")) : getBatch(id);
  it.deps.queue.end(taskIds[0]!, { status: "completed" });
  for (const reader of readers) assertEquals((await reader.until()).at(-1)?.data.status, "completed");
  assert(looks >= 4 && looks <= 6, `${looks} looks`);
});

Deno.test("GET /api/events begins with the counters and tells every task and new counters", async () => {
  const it = eventClient();
  const [a, b] = [await it.task(), await it.task()];
  await using reader = await it.follow("/api/events");
  const first = await reader.next();
  assertEquals([first?.event, first?.data.accepted, first?.data.counts?.queued], ["counters", 2, 2]);
  run(it, a);
  run(it, b);
  const rest = await reader.until(({ event, data }) => event === "counters" && data.counts?.completed === 2);
  const tasks = rest.filter(({ event }) => event !== "counters");
  assertEquals(tasks.map(({ data }) => data.task_id), [...Array(5).fill(a), ...Array(5).fill(b)]);
  assertEquals(
    tasks.slice(0, 5).map(({ event, data }) => `${event} ${data.progress?.done ?? data.status}`),
    RUN,
  );
  assertEquals("result" in tasks[4]!.data, false);
});

Deno.test("GET /api/events?type=&brand=&batch_id= tells what fits", async () => {
  const it = eventClient();
  const mine = await it.task({ type: "other", brand: "x" });
  const rest = [await it.task({ type: "other", brand: "y" }), await it.task({ brand: "x" })];
  const { batchId, taskIds } = await it.batch(1);
  for (
    const [query, expected] of [["type=other&brand=x", mine], [`batch_id=${batchId}`, taskIds[0]]] as const
  ) {
    await using reader = await it.follow(`/api/events?${query}`);
    for (const id of [...rest, ...taskIds, mine]) it.deps.queue.end(id, { status: "running" });
    const all = await reader.until(({ event }) => event === "status");
    assertEquals(all.at(-1)?.data.task_id, expected);
    it.deps.queue.end(expected!, { status: "completed" });
    assertEquals((await reader.until(({ event }) => event === "status")).at(-1)?.data.status, "completed");
  }
  const refused = await it.ask("/api/events?type=No%20Type");
  assertEquals([refused.status, (await refused.json()).code], [422, "invalid_request"]);
});

Deno.test("GET /api/events resumes, or says with `reset` that it cannot", async () => {
  const it = eventClient();
  const taskId = await it.task();
  run(it, taskId);
  await using resumed = await it.follow("/api/events", { lastId: it.log.idOf(2) });
  const got = [await resumed.next(), await resumed.next(), await resumed.next()];
  assertEquals(got.map((each) => each?.id), [3, 4, 5].map((n) => it.log.idOf(n)));
  await using reset = await it.follow("/api/events", { lastId: "earlier-3" });
  const first = await reset.next();
  assertEquals([first?.event, first?.data.counts?.completed], ["reset", 1]);
});

Deno.test("an id moves on with the counters, so that a quiet filter's does not grow old", async () => {
  const it = eventClient({ heartbeatMs: 5 });
  const [mine, other] = [await it.task({ brand: "mine" }), await it.task()];
  await using reader = await it.follow("/api/events?brand=mine");
  await reader.next();
  await reader.next(); // the heartbeat's: it has read everything by now
  const before = reader.lastId;
  run(it, other);
  const counters = await reader.next();
  assertEquals([counters?.event, counters?.id], ["counters", it.log.idOf(it.log.last)]);
  assertNotEquals(counters?.id, before);
  run(it, mine);
  assertEquals((await reader.until(({ event }) => event === "status")).at(-1)?.data.task_id, mine);
});
