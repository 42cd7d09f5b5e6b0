import { MemorySink } from "../../src/metrics/adapters/memory_sink.ts";
import type { MetricsGauges, MetricsRecorder } from "../../src/metrics/port.ts";
import { Metrics } from "../../src/metrics/service.ts";

/** Metrics on a clock the test moves, beginning 2026-01-01T00:00:00Z. */
export function fakeMetrics(gauges: Partial<MetricsGauges> = {}) {
  const clock = {
    ms: 0,
    monotonicMs: () => 5_000_000 + clock.ms,
    wallMs: () => Date.UTC(2026, 0, 1) + clock.ms,
  };
  const sink = new MemorySink();
  const metrics = new Metrics({ sink, clock, version: "1.2.3", gauges: { ...GAUGES, ...gauges } });
  return { metrics, recorder: metrics.recorder, sink, clock };
}

export const GAUGES: MetricsGauges = {
  queue: () => ({
    accepted: 21,
    paused: false,
    counts: { queued: 1, delayed: 2, running: 3, completed: 4, failed: 5, cancelled: 6 },
  }),
  workers: () => ({ workers: 4, busy: 2, inHand: 3, replaced: 1, abandoned: 0 }),
  cache: () => ({
    entries: 7,
    sizeBytes: 4096,
    hits: 6,
    memoryHits: 4,
    staleHits: 1,
    misses: 3,
    evictions: 2,
  }),
  hosts: () => [],
  oldestQueuedMs: () => Promise.resolve(undefined),
  search: () => Promise.resolve(undefined),
};

export function request(over: Partial<Parameters<MetricsRecorder["request"]>[0]> = {}) {
  return {
    requestId: "req_1",
    method: "GET",
    route: "/health",
    status: 200,
    durationMs: 1,
    bytes: 10,
    ...over,
  };
}

export function task(over: Partial<Parameters<MetricsRecorder["task"]>[0]> = {}) {
  return {
    taskId: "scrape_none_1.000-a",
    type: "scrape",
    status: "completed" as const,
    attempt: 1,
    waitMs: 5,
    runMs: 100,
    ...over,
  };
}
