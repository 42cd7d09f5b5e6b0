import { assertEquals, assertLessOrEqual } from "@std/assert";
import { fakeMetrics, request, task } from "./fixtures.ts";

Deno.test("request() writes the line of the contract, in its order", () => {
  const { recorder, sink, clock } = fakeMetrics();
  clock.ms = 7;
  recorder.request(request({ durationMs: 12.34567, bytes: 321, status: 201, method: "POST" }));
  assertEquals(
    sink.lines[0],
    '{"ts":"2026-01-01T00:00:00.007Z","kind":"request","request_id":"req_1","method":"POST","route":"/health",' +
      '"status":201,"duration_ms":12.346,"bytes":321}',
  );
});

Deno.test("request() escapes what is not plain, so that a line is always one JSON object", () => {
  const { recorder, sink } = fakeMetrics();
  recorder.request(
    request({ requestId: 'a"b\n', route: '/we"ird\n/{x}', method: 'G"T', durationMs: NaN, bytes: Infinity }),
  );
  assertEquals(sink.lines[0]!.includes("\n"), false);
  const line = JSON.parse(sink.lines[0]!);
  assertEquals([line.request_id, line.route, line.method, line.duration_ms, line.bytes], [
    'a"b\n',
    '/we"ird\n/{x}',
    "other",
    0,
    0,
  ]);
});

Deno.test("timestamps follow the clock through seconds, and back", () => {
  const { recorder, sink, clock } = fakeMetrics();
  for (const ms of [0, 9, 99, 999, 1000, 61_234, 5]) {
    clock.ms = ms;
    recorder.request(request());
  }
  assertEquals(
    sink.lines.map((line) => JSON.parse(line).ts),
    [0, 9, 99, 999, 1000, 61_234, 5].map((ms) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString()),
  );
});

Deno.test("task() writes the line of the contract; members without a value are left out", () => {
  const { recorder, sink } = fakeMetrics();
  recorder.task(task());
  recorder.task(task({ status: "failed", errorCode: "timeout", requestId: "req_9", attempt: 3 }));
  assertEquals(JSON.parse(sink.lines[0]!), {
    ts: "2026-01-01T00:00:00.000Z",
    kind: "task",
    task_id: "scrape_none_1.000-a",
    type: "scrape",
    status: "completed",
    attempt: 1,
    wait_ms: 5,
    run_ms: 100,
  });
  const { status, error_code, request_id, attempt } = JSON.parse(sink.lines[1]!);
  assertEquals([status, error_code, request_id, attempt], ["failed", "timeout", "req_9", 3]);
});

Deno.test("labels are bounded: unknown methods, routes and types beyond the bound are counted as other", () => {
  const { recorder, metrics } = fakeMetrics();
  for (let i = 0; i < 5000; i++) {
    recorder.request(request({ route: `/r${i}`, method: `M${i}` }));
    recorder.task(task({ type: `t${i}` }));
  }
  recorder.request(request({ route: "" }));
  assertLessOrEqual(recorder.requestSeries().length, 202);
  assertLessOrEqual(recorder.taskSeries().length, 101);
  const summary = metrics.summary(60);
  assertEquals(summary.requests.total, 5001);
  assertEquals(summary.tasks.completed, 5000);
  const other = summary.requests.by_route.find(({ route }) => route === "other")!;
  assertEquals([other.method, other.count], ["other", 4800]);
});
