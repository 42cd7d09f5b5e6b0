import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fakeMetrics, GAUGES, request, task } from "./fixtures.ts";

Deno.test("summary() says null, and not 0, where nothing was measured", () => {
  const cache = () => ({ ...GAUGES.cache(), hits: 0, staleHits: 0, misses: 0 });
  const { metrics } = fakeMetrics({ cache });
  const summary = metrics.summary(300);
  const none = { p50: null, p90: null, p99: null, max: null, mean: null };
  assertEquals(summary.requests, {
    total: 0,
    per_s: null,
    by_status: {},
    statuses: {},
    latency_ms: none,
    by_route: [],
  });
  assertEquals(summary.tasks, {
    completed: 0,
    failed: 0,
    cancelled: 0,
    retried: 0,
    run_ms: none,
    wait_ms: none,
    by_type: [],
  });
  assertEquals([summary.search.queries, summary.search.latency_ms, summary.search.owed_vectors], [
    0,
    none,
    null,
  ]);
  assertEquals(summary.hosts, { left_alone: 0, by_host: [] });
  assertEquals(summary.saturation.busy_share, { mean: null, max: null });
  assertEquals(summary.saturation.oldest_queued_s, null, "nobody has asked the queue yet");
  assertEquals(summary.event_loop_delay_ms, { p50: null, p99: null, max: null });
  assertEquals(summary.cache.hit_rate, null);
  assertEquals(summary.sink, { written: 0, dropped: 0, last_error: null });
});

Deno.test("summary() counts statuses, classes, errors and latency, in all and by route", () => {
  const { metrics, recorder, clock } = fakeMetrics();
  for (let i = 1; i <= 100; i++) recorder.request(request({ durationMs: i }));
  recorder.request(request({ route: "/x", status: 404, durationMs: 500 }));
  recorder.request(request({ route: "/x", status: 503, durationMs: 700 }));
  clock.ms = 4000;
  const { requests } = metrics.summary(300);
  assertEquals(requests.total, 102);
  assertEquals(requests.per_s, 25.5);
  assertEquals(requests.by_status, { "2xx": 100, "4xx": 1, "5xx": 1 });
  assertEquals(requests.statuses, { "200": 100, "404": 1, "503": 1 });
  assertEquals(requests.latency_ms.max, 700);
  assertAlmostEquals(requests.latency_ms.p50!, 51, 51 * 0.02);
  const [health, x] = requests.by_route;
  assertEquals([health!.route, health!.count, health!.errors, health!.latency_ms.max], [
    "/health",
    100,
    0,
    100,
  ]);
  assertEquals(health!.latency_ms.mean, 50.5);
  assertAlmostEquals(health!.latency_ms.p99!, 99, 99 * 0.02);
  assertEquals([x!.route, x!.count, x!.errors], ["/x", 2, 1]);
});

Deno.test("summary() counts tasks by type; a delayed attempt is a retry", () => {
  const { metrics, recorder } = fakeMetrics();
  recorder.task(task({ runMs: 100, waitMs: 7 }));
  recorder.task(task({ status: "delayed", runMs: 200 }));
  recorder.task(task({ status: "failed", runMs: 300 }));
  recorder.task(task({ type: "test", status: "cancelled", runMs: 0.5 }));
  const { tasks } = metrics.summary(60);
  assertEquals([tasks.completed, tasks.failed, tasks.cancelled, tasks.retried], [1, 1, 1, 1]);
  const [scrape, test] = tasks.by_type;
  assertEquals([scrape!.type, scrape!.completed, scrape!.failed, scrape!.retried], ["scrape", 1, 1, 1]);
  assertEquals([scrape!.run_ms.max, scrape!.run_ms.mean, scrape!.wait_ms.max], [300, 200, 7]);
  assertEquals([tasks.run_ms.max, tasks.wait_ms.max], [300, 7]);
  assertEquals([test!.type, test!.cancelled, test!.run_ms.max], ["test", 1, 0.5]);
});

Deno.test("summary() forgets what is older than the window and claims the span it covers, never more", () => {
  const { metrics, recorder, clock } = fakeMetrics();
  const at = (s: number) => clock.ms = s * 1000;
  const seen = (windowS: number) => {
    const { requests, since, covered_s, window_s } = metrics.summary(windowS);
    const sinceS = (Date.parse(since) - Date.UTC(2026, 0, 1)) / 1000;
    assertAlmostEquals(sinceS + covered_s, clock.ms / 1000, 0.002);
    assert(sinceS >= 0, "nothing is known from before the start");
    return { total: requests.total, covered_s, window_s };
  };
  at(3);
  recorder.request(request());
  at(5);
  assertEquals(seen(300), { total: 1, covered_s: 5, window_s: 300 });
  at(25);
  recorder.request(request());
  assertEquals(seen(10), { total: 1, covered_s: 15, window_s: 10 }); // whole buckets: 10 s to 25 s
  assertEquals(seen(300), { total: 2, covered_s: 25, window_s: 300 });
  at(312);
  assertEquals(seen(300), { total: 1, covered_s: 302, window_s: 300 }); // the bucket 0..10 s is out
  at(330);
  assertEquals(seen(300).total, 0);
  assertEquals(seen(600).total, 2);
  assertEquals(seen(3600), { total: 2, covered_s: 330, window_s: 3600 });
  at(3600);
  assertEquals(seen(3600).total, 2);
  at(3661); // the minute 0..60 s is out
  assertEquals(seen(3600).total, 0);
  recorder.request(request());
  assertEquals(seen(3600).total, 1);
  assertEquals(seen(1).total, 1);
  at(1_000_000); // nothing for days
  assertEquals(seen(3600).total, 0);
});

Deno.test("summary() of every window agrees with a plain count over the span it claims", () => {
  const { metrics, recorder, clock } = fakeMetrics();
  const timesMs: number[] = [];
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let i = 0; i < 3000; i++) {
    clock.ms += Math.floor(random() * (i % 100 === 0 ? 90_000 : 2500));
    timesMs.push(clock.ms);
    recorder.request(request());
    if (i % 37 !== 0) continue;
    for (const windowS of [1, 10, 59, 60, 300, 600, 601, 1800, 3600]) {
      const { requests, covered_s } = metrics.summary(windowS);
      const fromMs = clock.ms - Math.round(covered_s * 1000);
      assertEquals(requests.total, timesMs.filter((ms) => ms >= fromMs).length, `window ${windowS}`);
      assert(covered_s * 1000 >= Math.min(windowS * 1000, clock.ms) - 1, "at least what was asked for");
    }
  }
});

Deno.test("summary() cuts the window to 1..3600 s and says so", () => {
  const { metrics } = fakeMetrics();
  assertEquals([0, -5, 99_999, NaN].map((s) => metrics.summary(s).window_s), [1, 1, 3600, 3600]);
});

Deno.test("summary() reads the cache's hit rate since the start", () => {
  const { cache } = fakeMetrics().metrics.summary(60);
  assertEquals([cache.hit_rate, cache.hits, cache.stale_hits, cache.misses], [0.7, 6, 1, 3]);
  assertEquals(cache.since, "2026-01-01T00:00:00.000Z");
});
