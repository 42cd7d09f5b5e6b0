/** Counting what the service does: lines for a file, a summary for people, text for Prometheus. */
export { Metrics, type MetricsOptions } from "./service.ts";
export type { CacheSummary, MetricsSummary, RouteSummary, Spread, TaskTypeSummary } from "./summary.ts";
export { PROMETHEUS_CONTENT_TYPE } from "./prometheus.ts";
export type { MetricsClock, Recorder } from "./recorder.ts";
export type { MetricsGauges, MetricsRecorder, MetricsSink, MetricsSinkStats } from "./port.ts";
