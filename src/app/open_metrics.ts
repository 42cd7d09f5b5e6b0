import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { JsonlSink } from "../metrics/adapters/jsonl_sink.ts";
import { Metrics, type MetricsGauges, type MetricsSink, type SearchGauge } from "../metrics/mod.ts";
import type { Search } from "../search/mod.ts";

/** The metrics with their file, `LOG_DIR/metrics.jsonl`, its torn tail repaired. */
export async function openMetrics(options: {
  config: Config;
  version: string;
  gauges: MetricsGauges;
  warn: (event: string, fields: Record<string, unknown>) => void;
}): Promise<{ metrics: Metrics; sink: MetricsSink }> {
  const { config, version, gauges, warn } = options;
  await Deno.mkdir(config.LOG_DIR, { recursive: true });
  const sink = new JsonlSink({
    path: join(config.LOG_DIR, "metrics.jsonl"),
    maxBytes: config.METRICS_MAX_BYTES,
    keep: config.LOG_KEEP,
    flushMs: config.METRICS_FLUSH_MS,
    onTrouble: ({ state, path, reason, dropped }) => warn(`metrics_file_${state}`, { path, reason, dropped }),
  });
  await sink.open();
  const metrics = new Metrics({ sink, gauges, version });
  metrics.start();
  return { metrics, sink };
}

/** What the metrics say of search; undefined where there is none. */
export async function searchGauge(search: Search | undefined): Promise<SearchGauge | undefined> {
  if (search === undefined || !search.enabled) return undefined;
  const { documents, generations, vectorDatabase } = await search.status();
  const serving = generations.find(({ state }) => state === "serving");
  return {
    documents,
    chunks: serving?.chunks ?? 0,
    owedVectors: serving?.owedVectors ?? 0,
    vectorDatabase: vectorDatabase.status,
  };
}
