import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Exposition } from "../../src/metrics/exposition.ts";
import { lacks } from "../needs.ts";
import { fakeMetrics, request, task } from "./fixtures.ts";

/** Runs the real promtool over `text`; its absence is a failure that says what to install. */
async function promtool(text: string): Promise<string> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("promtool is not installed: apt-get install prometheus", { cause: error });
  }
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await output;
  return `${code} ${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`.trim();
}

Deno.test({
  name: "prometheus() passes promtool check metrics, empty and full, odd labels included",
  ignore: lacks("promtool"),
  fn: async () => {
    const { metrics, recorder } = fakeMetrics({
      search: () =>
        Promise.resolve({ documents: 1, chunks: 2, owedVectors: 3, vectorDatabase: "connected" as const }),
    });
    assertEquals(await promtool(metrics.prometheus()), "0");
    recorder.request(request());
    recorder.request(request({ route: 'a\\b"c\nd', method: "BREW", status: 418 }));
    recorder.task(task());
    recorder.task(task({ type: "שלום", status: "delayed" }));
    recorder.loopDelay(3);
    recorder.search({ mode: "hybrid", outcome: "degraded", durationMs: 7 });
    recorder.hostTurn({ host: "a.test", outcome: "refused", waitMs: 3, heldMs: 4 });
    await metrics.look();
    assertEquals(await promtool(metrics.prometheus()), "0");
    const broken = metrics.prometheus().replace(/# HELP tutti_http_requests_total.*\n/, "");
    assert(await promtool(broken) !== "0", "promtool must have looked");
  },
});

Deno.test("prometheus() gives counters and cumulative buckets in seconds", () => {
  const { metrics, recorder } = fakeMetrics();
  for (const durationMs of [0.5, 4, 5, 70_000]) recorder.request(request({ durationMs }));
  recorder.task(task({ status: "failed", runMs: 250 }));
  const text = metrics.prometheus();
  for (
    const line of [
      'tutti_http_requests_total{method="GET",route="/health",status="200"} 4',
      'tutti_http_request_duration_seconds_bucket{method="GET",route="/health",le="0.001"} 1',
      'tutti_http_request_duration_seconds_bucket{method="GET",route="/health",le="0.005"} 3',
      'tutti_http_request_duration_seconds_bucket{method="GET",route="/health",le="60"} 3',
      'tutti_http_request_duration_seconds_bucket{method="GET",route="/health",le="+Inf"} 4',
      'tutti_http_request_duration_seconds_sum{method="GET",route="/health"} 70.0095',
      'tutti_http_request_duration_seconds_count{method="GET",route="/health"} 4',
      'tutti_task_attempts_total{type="scrape",outcome="failed"} 1',
      'tutti_task_run_seconds_bucket{type="scrape",le="0.25"} 1',
      'tutti_tasks{status="failed"} 5',
      "tutti_tasks_accepted_total 21",
      "tutti_workers_busy 2",
      'tutti_cache_lookups_total{result="store_hit"} 2',
      'tutti_metrics_lines_total{outcome="written"} 5',
      `tutti_build_info{version="1.2.3",deno="${Deno.version.deno}"} 1`,
    ]
  ) assertStringIncludes(text, line + "\n");
  assertEquals(text.match(/^# TYPE (\S+)/gm)!.length, new Set(text.match(/^# TYPE (\S+)/gm)).size);
});

Deno.test("prometheus() tells of searches, hosts, the oldest task and memory", async () => {
  const { metrics, recorder } = fakeMetrics({
    search: () =>
      Promise.resolve({ documents: 1, chunks: 2, owedVectors: 3, vectorDatabase: "unavailable" as const }),
    hosts: () => [
      { host: "a.test", held: 1, waiting: 4, concurrency: 1, delayMs: 0, leftAloneUntilMs: 1 },
      { host: "b.test", held: 0, waiting: 2, concurrency: 1, delayMs: 0 },
    ],
  });
  recorder.search({ mode: "hybrid", outcome: "degraded", durationMs: 7 });
  recorder.hostTurn({ host: "a.test", outcome: "refused", waitMs: 300, heldMs: 4 });
  await metrics.look();
  const text = metrics.prometheus();
  for (
    const line of [
      'tutti_search_queries_total{mode="hybrid",outcome="degraded"} 1',
      'tutti_search_queries_total{mode="vector",outcome="failed"} 0',
      'tutti_search_duration_seconds_bucket{mode="hybrid",le="0.005"} 0',
      'tutti_search_duration_seconds_bucket{mode="hybrid",le="0.01"} 1',
      "tutti_search_owed_vectors 3",
      "tutti_vector_database_up 0",
      "tutti_hosts_backed_off 1",
      "tutti_host_turns_waiting 6",
      'tutti_host_turns_total{outcome="refused"} 1',
      'tutti_host_wait_seconds_bucket{le="0.5"} 1',
      "tutti_queue_oldest_age_seconds 0",
    ]
  ) assertStringIncludes(text, line + "\n");
  assert(/^tutti_heap_bytes\{kind="used"\} \d+$/m.test(text), text);
});

Deno.test("Exposition escapes backslash, quote and newline in labels, backslash and newline in help", () => {
  const out = new Exposition();
  out.family("gauge", "x", "a\\b\nc", [[{ l: 'q"\\\n' }, NaN], [{ l: "b" }, -Infinity]]);
  assertEquals(String(out), '# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{l="q\\"\\\\\\n"} NaN\nx{l="b"} -Inf\n');
});
