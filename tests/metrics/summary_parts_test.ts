import { assertAlmostEquals, assertEquals, assertLessOrEqual } from "@std/assert";
import type { HostGauge } from "../../src/metrics/port.ts";
import { fakeMetrics } from "./fixtures.ts";

Deno.test("summary() counts searches in all and by mode, and says how the index is", async () => {
  const { metrics, recorder, clock } = fakeMetrics({
    search: () =>
      Promise.resolve({ documents: 3, chunks: 40, owedVectors: 5, vectorDatabase: "connected" as const }),
  });
  recorder.search({ mode: "hybrid", outcome: "answered", durationMs: 10 });
  recorder.search({ mode: "hybrid", outcome: "degraded", durationMs: 30 });
  recorder.search({ mode: "hybrid", outcome: "cached", durationMs: 1 });
  recorder.search({ mode: "vector", outcome: "failed", durationMs: 5 });
  await metrics.look();
  const { search } = metrics.summary(60);
  assertEquals([search.queries, search.degraded, search.cached, search.failed, search.aborted], [
    4,
    1,
    1,
    1,
    0,
  ]);
  assertEquals([search.latency_ms.max, search.latency_ms.mean], [30, 11.5]);
  assertEquals(search.by_mode.map(({ mode, queries, degraded }) => [mode, queries, degraded]), [
    ["hybrid", 3, 1],
    ["vector", 1, 0],
  ]);
  assertEquals([search.documents, search.chunks, search.owed_vectors, search.vector_database], [
    3,
    40,
    5,
    "connected",
  ]);
  clock.ms = 700_000;
  assertEquals(metrics.summary(60).search.queries, 0, "the window has gone by");
});

Deno.test("summary() tells of hosts: those left alone first, turns of the window with the state of now", () => {
  const gauges: HostGauge[] = [
    { host: "busy.test", held: 2, waiting: 7, concurrency: 2, delayMs: 100 },
    {
      host: "sore.test",
      held: 0,
      waiting: 1,
      concurrency: 1,
      delayMs: 500,
      leftAloneUntilMs: Date.UTC(2026, 0, 1, 0, 5),
    },
  ];
  const { metrics, recorder } = fakeMetrics({ hosts: () => gauges });
  const turn = { host: "busy.test", outcome: "answered" as const };
  recorder.hostTurn({ ...turn, waitMs: 10, heldMs: 200 });
  recorder.hostTurn({ ...turn, waitMs: 30, heldMs: 400 });
  recorder.hostTurn({ host: "busy.test", outcome: "put_off", waitMs: 2000 });
  recorder.hostTurn({ host: "done.test", outcome: "refused", waitMs: 0, heldMs: 1 });
  const { hosts } = metrics.summary(60);
  assertEquals(hosts.left_alone, 1);
  assertEquals(hosts.by_host.map(({ host }) => host), ["sore.test", "busy.test", "done.test"]);
  const [sore, busy, done] = hosts.by_host;
  assertEquals([sore!.turns, sore!.left_alone_until, sore!.wait_ms], [0, "2026-01-01T00:05:00.000Z", {
    mean: null,
    max: null,
  }]);
  assertEquals([busy!.turns, busy!.answered, busy!.put_off, busy!.held, busy!.waiting, busy!.concurrency], [
    2,
    2,
    1,
    2,
    7,
    2,
  ]);
  assertEquals([busy!.wait_ms, busy!.held_ms], [{ mean: 680, max: 2000 }, { mean: 300, max: 400 }]);
  assertEquals([done!.turns, done!.refused, done!.held, done!.concurrency], [1, 1, 0, null]);
});

Deno.test("hosts are bounded: strangers' links fill neither memory nor the answer, and no turn is lost", () => {
  const { metrics, recorder } = fakeMetrics();
  for (let i = 0; i < 5000; i++) {
    recorder.hostTurn({ host: `h${i}.test`, outcome: "answered", waitMs: 1, heldMs: 1 });
  }
  assertLessOrEqual(recorder.window(60).bucket.hosts.size, 201);
  const { by_host } = metrics.summary(60).hosts;
  assertEquals(by_host.length, 100);
  assertEquals([by_host[0]!.host, by_host[0]!.turns], ["other", 4800]);
  assertEquals(metrics.prometheus().includes("h1.test"), false, "a host is no label");
});

Deno.test("summary() says how full the service is: workers now and over the window, queue, oldest", async () => {
  let busy = 0;
  const { metrics, clock } = fakeMetrics({
    workers: () => ({ workers: 4, busy, inHand: busy * 2, replaced: 0, abandoned: 0 }),
    oldestQueuedMs: () => Promise.resolve(Date.now() - 5000),
  });
  for (busy of [0, 4, 2]) metrics.lookAtWorkers();
  await metrics.look();
  const { saturation } = metrics.summary(60);
  assertAlmostEquals(saturation.oldest_queued_s!, 5, 1);
  assertEquals({ ...saturation, oldest_queued_s: 5 }, {
    workers: 4,
    workers_busy: 2,
    attempts_in_hand: 4,
    busy_share: { mean: 0.5, max: 1 },
    queued: 1,
    delayed: 2,
    running: 3,
    paused: false,
    oldest_queued_s: 5,
  });
  clock.ms = 700_000;
  assertEquals(metrics.summary(60).saturation.busy_share, { mean: null, max: null });
});
