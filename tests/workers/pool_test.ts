import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { PoolHarness } from "./pool_harness.ts";

Deno.test("pool runs attempts and gives their results as JSON", async () => {
  await using h = await PoolHarness.start({ workers: 2 });
  const outcomes = await h.run(...Array.from({ length: 100 }, () => h.attempt("test")));
  for (const outcome of outcomes) {
    assert(outcome.kind === "completed");
    assertEquals(outcome.resultJson, '{"slept_s":0}');
  }
  assertEquals(h.pool.status().inHand, 0);
});

Deno.test("pool runs many sleeps at once in one worker", async () => {
  await using h = await PoolHarness.start({ concurrency: 50 });
  const begun = performance.now();
  await h.run(...Array.from({ length: 50 }, () => h.attempt("test", { delay_s: 0.2 })));
  assert(performance.now() - begun < 5000, "50 sleeps of 0.2 s, one after the other, are 10 s");
});

Deno.test("pool begins attempts in the order given, also those that wait for room", async () => {
  await using h = await PoolHarness.start({ concurrency: 1 });
  const attempts = Array.from({ length: 30 }, () => h.attempt("test"));
  await h.run(...attempts);
  assertEquals(h.order, attempts.map(({ taskId }) => taskId));
});

Deno.test("pool tells a handler's failure with its code, or its message without paths", async () => {
  await using h = await PoolHarness.start();
  const plain = await h.runOne("fails");
  assert(plain.kind === "failed");
  assertEquals([plain.error.code, plain.error.retryable], ["handler_error", true]);
  assertEquals(plain.error.message, "no such thing: (file) and (file) see http://a.example/b/c");
  const coded = await h.runOne("fails_with_code");
  assert(coded.kind === "failed");
  assertEquals(coded.error, { code: "http_5xx", message: "503", retryable: true, retry_after_s: 7 });
});

Deno.test("pool refuses inputs and outputs that do not fit their schema and results that are too large", async () => {
  await using h = await PoolHarness.start();
  const input = await h.runOne("test", { delay_s: "x" });
  const output = await h.runOne("wrong");
  const big = await h.runOne("big");
  assert(input.kind === "failed" && output.kind === "failed" && big.kind === "failed");
  assertEquals([input.error.code, input.error.retryable], ["invalid_input", false]);
  assertEquals([output.error.code, output.error.retryable], ["handler_error", false]);
  assertStringIncludes(output.error.message, "items.1.price");
  assertEquals([big.error.code, big.error.retryable], ["too_large", false]);
});

Deno.test("pool survives errors nobody awaits: the attempt completes, the worker stays, the log tells", async () => {
  await using h = await PoolHarness.start();
  const outcome = await h.runOne("stray");
  assert(outcome.kind === "completed");
  assertEquals(h.pool.status().replaced, 0);
  const reasons = h.memory.logs.filter(({ message }) => message === "unhandled_error_in_task_code")
    .map(({ fields }) => fields!.reason);
  assertEquals(reasons.length, 2);
  assertEquals(reasons.includes("nobody awaits me"), true);
});

for (const [type, how] of [["closes", "self.close()"], ["exits", "Deno.exit(3)"]] as const) {
  Deno.test(`pool replaces a worker that ends itself (${type}); what it held has crashed`, async () => {
    await using h = await PoolHarness.start();
    const [neighbour, culprit] = await h.run(h.attempt("test", { delay_s: 5 }), h.attempt(type));
    assertEquals([neighbour!.kind, culprit!.kind], ["crashed", "crashed"]);
    assertEquals((await h.runOne("test")).kind, "completed");
    assertEquals(h.pool.status().replaced, 1);
    assertEquals(h.memory.logs[0]!.fields!.reason, `called ${how}`);
  });
}

Deno.test("pool ends an attempt at its time limit though the handler ignores the signal", async () => {
  await using h = await PoolHarness.start();
  const neighbour = h.run(h.attempt("test", { delay_s: 0.5 }));
  const outcome = await h.runOne("deaf", {}, { timeoutMs: 100 });
  assert(outcome.kind === "failed");
  assertEquals([outcome.error.code, outcome.error.retryable], ["timeout", true]);
  assert(outcome.runMs < 2000);
  assertEquals((await neighbour)[0]!.kind, "completed");
  assertEquals(h.pool.status().replaced, 0);
});

Deno.test("pool gives up a worker whose only attempt spins: that attempt fails for good", async () => {
  await using h = await PoolHarness.start();
  const outcome = await h.runOne("spin", { ms: 4000 }, { timeoutMs: 200 });
  assert(outcome.kind === "failed");
  assertEquals([outcome.error.code, outcome.error.retryable], ["timeout", false]);
  assertMatch(outcome.error.message, /held the thread/);
  assert(outcome.runMs < 3900, `settled while it still spins, after ${outcome.runMs} ms`);
  assertEquals((await h.runOne("test")).kind, "completed");
  assertEquals([h.pool.status().abandoned, h.pool.status().replaced], [1, 1]);
});

Deno.test("pool takes all that a spinning worker held for suspects and finds the culprit when each runs alone", async () => {
  await using h = await PoolHarness.start();
  const culprit = h.attempt("spin", { ms: 3000 }, { timeoutMs: 200 });
  const [victim, spun] = await h.run(h.attempt("test", { delay_s: 0.3 }), culprit);
  assertEquals([victim!.kind, spun!.kind], ["crashed", "crashed"]);
  const again = await h.run(
    h.attempt("test", { delay_s: 0.1 }, { exclusive: true }),
    h.attempt("spin", { ms: 3000 }, { timeoutMs: 200, exclusive: true }),
  );
  assertEquals(again.map(({ kind }) => kind), ["completed", "failed"]);
});

Deno.test("pool gives up a worker without signs of life before any deadline", async () => {
  await using h = await PoolHarness.start({ stallMs: 1000 });
  const outcome = await h.runOne("spin", { ms: 4000 });
  assert(outcome.kind === "failed");
  assertEquals([outcome.error.code, outcome.error.retryable], ["timeout", false]);
  assertMatch(outcome.error.message, /held the thread of its worker for [\d.]+ s/);
});

Deno.test("pool lets a CPU-bound attempt hold its thread within its own limit; a late neighbour is interrupted", async () => {
  await using h = await PoolHarness.start({ stallMs: 500, abortGraceMs: 200 });
  const [neighbour, crunched] = await h.run(
    h.attempt("test", { delay_s: 60 }, { timeoutMs: 300 }),
    h.attempt("crunch", { ms: 2500 }),
  );
  assertEquals([neighbour!.kind, crunched!.kind], ["interrupted", "completed"]);
  assertEquals(h.pool.status().replaced, 0);
});

Deno.test("pool runs one CPU-bound attempt a worker and counts room for it so", async () => {
  await using h = await PoolHarness.start({ workers: 2, concurrency: 4 });
  assertEquals(h.pool.capacity(), { io: 8, cpu: 2 });
  const ends = h.run(h.attempt("crunch", { ms: 300 }), h.attempt("crunch", { ms: 300 }));
  assertEquals(h.pool.capacity(), { io: 0, cpu: 0 });
  assertEquals((await ends).map(({ kind }) => kind), ["completed", "completed"]);
  assertEquals(h.pool.capacity(), { io: 8, cpu: 2 });
});

Deno.test("abort() ends a listening attempt, a deaf one and one that waits, and leaves the neighbours", async () => {
  await using h = await PoolHarness.start({ concurrency: 3 });
  const listening = h.attempt("test", { delay_s: 20 });
  const deaf = h.attempt("deaf");
  const neighbour = h.attempt("test", { delay_s: 1.5 });
  const waiting = h.attempt("test");
  const ends = h.run(listening, deaf, neighbour, waiting);
  for (const { taskId } of [listening, deaf, waiting]) h.pool.abort(taskId, "cancelled");
  assertEquals((await ends).map(({ kind }) => kind), ["aborted", "aborted", "completed", "aborted"]);
  assertEquals(h.pool.status().replaced, 0);
});

Deno.test("abort() of a spinning attempt gives its worker up", async () => {
  await using h = await PoolHarness.start();
  const spinning = h.attempt("spin", { ms: 4000 });
  const end = h.run(spinning);
  h.pool.abort(spinning.taskId, "cancelled");
  assertEquals((await end)[0]!.kind, "aborted");
  assertEquals((await h.runOne("test")).kind, "completed");
});

Deno.test("pool runs an exclusive attempt alone in its worker", async () => {
  await using h = await PoolHarness.start({ workers: 1, concurrency: 4 });
  const before = h.attempt("test", { delay_s: 0.5 });
  const alone = h.attempt("test", { delay_s: 0.05 }, { exclusive: true });
  const after = h.attempt("test");
  const first = h.run(before);
  await Promise.all([first, h.run(alone), h.run(after)]);
  assertEquals(h.order, [before.taskId, alone.taskId, after.taskId]);
  assertEquals(h.pool.capacity().io, 4);
});

Deno.test("resize() grows and shrinks under load and loses nothing", async () => {
  await using h = await PoolHarness.start({ workers: 2, concurrency: 4 });
  const attempts = Array.from(
    { length: 600 },
    () => h.attempt("test", { delay_s: 0.05 }),
  );
  const ends = h.run(...attempts);
  for (const count of [5, 1, 3, 2]) {
    await h.pool.resize(count);
    assertEquals([h.pool.status().workers, h.pool.status().alive], [count, count]);
  }
  assertEquals((await ends).filter(({ kind }) => kind === "completed").length, 600);
  assertEquals(h.pool.status().replaced, 0);
});

Deno.test("stop() lets what is in hand end within the grace, aborts the rest and refuses what comes later", async () => {
  await using h = await PoolHarness.start({ concurrency: 3 });
  const ends = h.run(
    h.attempt("test", { delay_s: 0.2 }),
    h.attempt("test", { delay_s: 30 }),
    h.attempt("deaf"),
  );
  await h.pool.stop({ graceMs: 800 });
  assertEquals((await ends).map(({ kind }) => kind), ["completed", "aborted", "aborted"]);
  const late = await h.runOne("test");
  assert(late.kind === "aborted");
  assertEquals(late.reason, "shutdown");
});

Deno.test("stop() skips the grace when its signal aborts", async () => {
  await using h = await PoolHarness.start();
  const end = h.run(h.attempt("test", { delay_s: 60 }));
  await h.pool.stop({ graceMs: 60_000, signal: AbortSignal.timeout(50) });
  assertEquals((await end)[0]!.kind, "aborted");
});

Deno.test("pool passes progress on at most ten times a second, and the last one always", async () => {
  await using h = await PoolHarness.start();
  const outcome = await h.runOne("reports");
  assertEquals(outcome.kind, "completed");
  assert(h.progress.length >= 2 && h.progress.length <= 8, `${h.progress.length} reports in 0.4 s`);
  assertEquals(h.progress.at(-1), { done: 1000, total: 1000 });
  const record = h.memory.logs.find(({ message }) => message === "done");
  assertMatch(record!.taskId!, /^reports-/);
});

Deno.test("pool carries a task's cache calls to the services", async () => {
  await using h = await PoolHarness.start();
  const outcome = await h.runOne("uses_cache");
  assert(outcome.kind === "completed");
  assertEquals(outcome.resultJson, '[{"v":1},null,true]');
});

Deno.test("a worker has no environment of its own", async () => {
  await using h = await PoolHarness.start();
  const outcome = await h.runOne("asks_env");
  assert(outcome.kind === "failed");
  assertStringIncludes(outcome.error.message, "env access");
});

Deno.test("start() fails with the reason when a worker cannot be set up", async () => {
  const h = new PoolHarness({ tasksDir: "/nonexistent-tasks" });
  await assertRejects(() => h.pool.start(), Error, "nonexistent-tasks");
});

Deno.test("a worker that dies while it starts is tried again ever more slowly, not in a loop", async () => {
  const entryUrl = new URL("../fixtures/dying_worker.ts", import.meta.url);
  const h = new PoolHarness({ entryUrl, startTimeoutMs: 1000 });
  await assertRejects(() => h.pool.start(), Error, "not all workers were ready");
  const deaths = h.pool.status().replaced;
  assert(deaths >= 2 && deaths <= 6, `${deaths} deaths in a second`);
});
