import type { JSX } from "preact";
import type { Point } from "../../live/types.ts";
import { bytes, Chart, count, duration } from "../../ui/mod.ts";

/** The last five minutes. */
export function Charts({ points }: { points: readonly Point[] }): JSX.Element {
  const timesMs = points.map((point) => point.at_ms);
  const values = (name: keyof Point) => points.map((point) => point[name]);
  const perSecond = (value: number | null) => value === null ? "–" : `${count(value)}/s`;
  const common = { timesMs, sync: "overview" };
  return (
    <section class="charts" aria-label="The last five minutes">
      <Chart
        {...common}
        title="Throughput"
        format={perSecond}
        series={[
          { name: "requests", color: "--blue", values: values("requests_per_s"), fill: true },
          { name: "completed", color: "--green", values: values("completed_per_s"), fill: true },
          { name: "failed", color: "--red", values: values("failed_per_s") },
        ]}
      />
      <Chart
        {...common}
        title="Queue"
        format={count}
        series={[
          { name: "queued", color: "--blue", values: values("queued"), fill: true },
          { name: "delayed", color: "--violet", values: values("delayed") },
          { name: "running", color: "--amber", values: values("running") },
        ]}
        minTop={5}
        whole
      />
      <Chart
        {...common}
        title="Request latency"
        format={duration}
        series={[
          { name: "p50", color: "--green", values: values("latency_p50_ms") },
          { name: "p99", color: "--amber", values: values("latency_p99_ms"), fill: true },
        ]}
      />
      <Chart
        {...common}
        title="Memory"
        format={bytes}
        series={[
          { name: "process", color: "--violet", values: values("rss_bytes"), fill: true },
          { name: "heap", color: "--blue", values: values("heap_used_bytes") },
        ]}
        minTop={1e6}
      />
      <Chart
        {...common}
        title="Event loop delay"
        format={duration}
        series={[{ name: "p99", color: "--red", values: values("event_loop_p99_ms"), fill: true }]}
        minTop={5}
      />
      <Chart
        {...common}
        title="Workers"
        format={count}
        series={[
          { name: "busy", color: "--amber", values: values("busy_workers"), fill: true },
          { name: "tasks in hand", color: "--green", values: values("running") },
        ]}
        minTop={4}
        whole
      />
    </section>
  );
}
