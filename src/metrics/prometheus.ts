import process from "node:process";
import { Exposition, type Labels } from "./exposition.ts";
import type { Looked } from "./looks.ts";
import { HOST_OUTCOMES, type MetricsGauges, type MetricsSinkStats, SEARCH_OUTCOMES } from "./port.ts";
import type { Recorder } from "./recorder.ts";
import { TASK_ENDS } from "./window_bucket.ts";

/** `Content-Type` of the text. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Everything known now, as Prometheus text 0.0.4. Counters count since the start, those of the queue since its file was made. */
export function prometheusText(
  sources: {
    recorder: Recorder;
    gauges: MetricsGauges;
    looked: Looked;
    sink: MetricsSinkStats;
    version: string;
  },
): string {
  const out = new Exposition();
  out.family("gauge", "tutti_build_info", "Version of the service; the value is always 1.", [
    [{ version: sources.version, deno: Deno.version.deno }, 1],
  ]);
  writeRequests(out, sources.recorder);
  writeTasks(out, sources.recorder);
  writeGauges(out, sources.gauges);
  if (sources.looked.oldestQueuedS !== undefined) {
    out.single(
      "gauge",
      "tutti_queue_oldest_age_seconds",
      "Age of the task that has waited longest among the queued; 0 where none waits.",
      sources.looked.oldestQueuedS,
    );
  }
  writeHosts(out, sources.recorder, sources.gauges);
  writeSearch(out, sources.recorder, sources.looked);
  out.histogram("tutti_event_loop_delay_seconds", "How late the event loop ran what was due.", [
    [{}, sources.recorder.loopDelayMs],
  ]);
  out.family("counter", "tutti_metrics_lines_total", "Lines for metrics.jsonl, by what became of them.", [
    [{ outcome: "written" }, sources.sink.written],
    [{ outcome: "dropped" }, sources.sink.dropped],
  ]);
  writeProcess(out, sources.recorder);
  return out.toString();
}

function writeRequests(out: Exposition, recorder: Recorder): void {
  const all = recorder.requestSeries();
  out.family(
    "counter",
    "tutti_http_requests_total",
    "Requests answered.",
    all.flatMap(({ method, route, statuses }) =>
      [...statuses].map(([status, count]): [Labels, number] => [
        { method, route, status: String(status) },
        count,
      ])
    ),
  );
  out.histogram(
    "tutti_http_request_duration_seconds",
    "Time from a request's arrival to its answer.",
    all.map(({ method, route, durationMs }) => [{ method, route }, durationMs]),
  );
}

function writeTasks(out: Exposition, recorder: Recorder): void {
  const all = recorder.taskSeries();
  out.family(
    "counter",
    "tutti_task_attempts_total",
    "Ended attempts, by how they ended; retried means that another follows.",
    all.flatMap(({ type, ends }) =>
      TASK_ENDS.map((outcome): [Labels, number] => [{ type, outcome }, ends[outcome]])
    ),
  );
  out.histogram(
    "tutti_task_run_seconds",
    "Time an attempt ran.",
    all.map(({ type, runMs }) => [{ type }, runMs]),
  );
  out.histogram(
    "tutti_task_wait_seconds",
    "Time an attempt waited until it ran.",
    all.map(({ type, waitMs }) => [{ type }, waitMs]),
  );
}

function writeGauges(out: Exposition, gauges: MetricsGauges): void {
  const queue = gauges.queue();
  out.family(
    "gauge",
    "tutti_tasks",
    "Tasks in the queue file, by status.",
    Object.entries(queue.counts).map(([status, count]) => [{ status }, count]),
  );
  out.single("counter", "tutti_tasks_accepted_total", "Tasks ever accepted.", queue.accepted);
  out.single("gauge", "tutti_queue_paused", "1 while the queue is paused.", queue.paused ? 1 : 0);

  const workers = gauges.workers();
  out.single("gauge", "tutti_workers", "Worker threads.", workers.workers);
  out.single("gauge", "tutti_workers_busy", "Worker threads with an attempt in hand.", workers.busy);
  out.single("gauge", "tutti_worker_attempts", "Attempts in the hands of workers.", workers.inHand);
  out.single("counter", "tutti_workers_replaced_total", "Workers replaced.", workers.replaced);
  out.single("gauge", "tutti_workers_abandoned", "Threads that could not be stopped.", workers.abandoned);

  const cache = gauges.cache();
  out.family("counter", "tutti_cache_lookups_total", "Cache look-ups, by what was found.", [
    [{ result: "memory_hit" }, cache.memoryHits],
    [{ result: "store_hit" }, Math.max(0, cache.hits - cache.memoryHits)],
    [{ result: "stale_hit" }, cache.staleHits],
    [{ result: "miss" }, cache.misses],
  ]);
  out.single("gauge", "tutti_cache_entries", "Entries in the cache's store.", cache.entries);
  out.single("gauge", "tutti_cache_size_bytes", "Bytes in the cache's store.", cache.sizeBytes);
  out.single(
    "counter",
    "tutti_cache_evictions_total",
    "Entries removed to keep within the size.",
    cache.evictions,
  );
}

function writeHosts(out: Exposition, recorder: Recorder, gauges: MetricsGauges): void {
  const hosts = gauges.hosts();
  const leftAlone = hosts.filter(({ leftAloneUntilMs }) => leftAloneUntilMs !== undefined).length;
  const waiting = hosts.reduce((sum, host) => sum + host.waiting, 0);
  out.single(
    "gauge",
    "tutti_hosts_backed_off",
    "Hosts that are left alone as they said it is too much.",
    leftAlone,
  );
  out.single("gauge", "tutti_host_turns_waiting", "Attempts that wait for a turn at a host.", waiting);
  out.family(
    "counter",
    "tutti_host_turns_total",
    "Turns at hosts, by how the host took it; put_off had no turn in time.",
    HOST_OUTCOMES.map((outcome): [Labels, number] => [{ outcome }, recorder.hostTurns.outcomes[outcome]]),
  );
  out.histogram("tutti_host_wait_seconds", "Time until a turn at a host came or was put off.", [
    [{}, recorder.hostTurns.waitMs],
  ]);
}

function writeSearch(out: Exposition, recorder: Recorder, { search }: Looked): void {
  const all = recorder.searchSeries();
  out.family(
    "counter",
    "tutti_search_queries_total",
    "Searches, by mode and how they went; degraded ones are of words alone.",
    all.flatMap(({ mode, outcomes }) =>
      SEARCH_OUTCOMES.map((outcome): [Labels, number] => [{ mode, outcome }, outcomes[outcome]])
    ),
  );
  out.histogram(
    "tutti_search_duration_seconds",
    "Time of a search.",
    all.map(({ mode, durationMs }) => [{ mode }, durationMs]),
  );
  if (search === undefined) return;
  out.single("gauge", "tutti_search_documents", "Documents that can be found.", search.documents);
  out.single("gauge", "tutti_search_chunks", "Passages in the serving index.", search.chunks);
  out.single(
    "gauge",
    "tutti_search_owed_vectors",
    "Vectors that are not in the vector database yet.",
    search.owedVectors,
  );
  out.single(
    "gauge",
    "tutti_vector_database_up",
    "1 while the vector database answers.",
    search.vectorDatabase === "connected" ? 1 : 0,
  );
}

function writeProcess(out: Exposition, recorder: Recorder): void {
  const cpu = process.cpuUsage();
  out.single(
    "counter",
    "process_cpu_seconds_total",
    "User and system CPU time.",
    (cpu.user + cpu.system) / 1e6,
  );
  const memory = Deno.memoryUsage();
  out.single("gauge", "process_resident_memory_bytes", "Resident memory of the main process.", memory.rss);
  out.family("gauge", "tutti_heap_bytes", "Memory of the main isolate, by kind.", [
    [{ kind: "used" }, memory.heapUsed],
    [{ kind: "total" }, memory.heapTotal],
    [{ kind: "external" }, memory.external],
  ]);
  out.single(
    "gauge",
    "process_start_time_seconds",
    "Start of the service as Unix time.",
    recorder.startedMs / 1000,
  );
}
