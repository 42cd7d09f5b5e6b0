/** Counting what the service does: lines for a file, a summary for people, text for Prometheus. */
export { Metrics, type MetricsOptions } from "./service.ts";
export { measuredSearch } from "./measured_search.ts";
export type { Spread } from "./spread.ts";
export type { CacheSummary, MetricsSummary, RouteSummary, TaskTypeSummary } from "./summary.ts";
export type { HostSummary, SaturationSummary, SearchSummary } from "./summary_parts.ts";
export { PROMETHEUS_CONTENT_TYPE } from "./prometheus.ts";
export type { MetricsClock, Recorder } from "./recorder.ts";
export type {
  HostGauge,
  HostOutcome,
  HostTurnRecorder,
  MetricsGauges,
  MetricsRecorder,
  MetricsSink,
  MetricsSinkStats,
  SearchGauge,
  SearchRecorder,
} from "./port.ts";
