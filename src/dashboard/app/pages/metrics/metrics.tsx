import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api, withQuery } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { points } from "../../live/store.ts";
import { place, setQuery } from "../../router/router.ts";
import { Button, Chart, count, duration, Facts, Loaded, PageHead, Panel, percent } from "../../ui/mod.ts";
import { Routes, Types } from "./tables.tsx";
import type { Summary } from "./types.ts";

const WINDOWS = [["60", "1 min"], ["300", "5 min"], ["900", "15 min"], ["3600", "1 h"]] as const;
/** Least time between two readings; they are counted over a minute at least. */
const EVERY_MS = 5000;

/** Requests by route and tasks by type, over a window. */
export function Metrics(): JSX.Element {
  const given = place.value.query.get("window_s") ?? "300";
  const windowS = WINDOWS.some(([each]) => each === given) ? given : "300";
  const path = withQuery("/monitoring/metrics-summary", { window_s: windowS });
  const summary = useResource(path, (signal) => api.get<Summary>(path, { signal }));
  useReloadWithNews(summary.reload);
  return (
    <>
      <PageHead title="Metrics">
        <span class="switch" role="group" aria-label="Window">
          {WINDOWS.map(([value, name]) => (
            <Button
              key={value}
              pressed={value === windowS}
              onClick={() => setQuery({ window_s: value === "300" ? undefined : value })}
            >
              {name}
            </Button>
          ))}
        </span>
      </PageHead>
      <div class="stack">
        <Charts />
        <Loaded resource={summary}>
          {(now) => (
            <>
              <Whole summary={now} />
              <Routes routes={now.requests.by_route} />
              <Types types={now.tasks.by_type} />
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

/** Reads again, now and then, once the live connection has told of requests or tasks beside the last reading itself. */
function useReloadWithNews(reload: () => void): void {
  const lastMs = useRef(Date.now());
  const history = points.value;
  useEffect(() => {
    if (document.hidden || Date.now() - lastMs.current < EVERY_MS) return;
    const newer = history.filter(({ at_ms }) => at_ms > lastMs.current);
    const happened = newer.reduce((n, p) => n + p.requests_per_s + p.completed_per_s + p.failed_per_s, 0);
    if (happened < 1.5) return;
    lastMs.current = Date.now();
    reload();
  }, [history]);
}

function Whole({ summary }: { summary: Summary }): JSX.Element {
  const { requests, tasks, event_loop_delay_ms, covered_s, window_s, sink } = summary;
  const { latency_ms } = requests;
  return (
    <div class="columns">
      <Panel
        title="Requests"
        actions={covered_s < window_s * 0.95 && (
          <span class="muted small">counted over {duration(covered_s * 1000)} so far</span>
        )}
      >
        <Facts
          facts={{
            "All": `${count(requests.total)}, ${
              requests.per_s === null ? "–" : count(Math.round(requests.per_s * 100) / 100)
            } a second`,
            "Statuses": Object.entries(requests.statuses).sort().map(([status, n]) => (
              <span key={status} class={`status-count${status >= "500" ? " bad" : ""}`}>
                {status} <b>{count(n)}</b>
              </span>
            )),
            "p50": duration(latency_ms.p50),
            "p90": duration(latency_ms.p90),
            "p99": duration(latency_ms.p99),
            "Longest": duration(latency_ms.max),
          }}
        />
      </Panel>
      <Panel title="Tasks and the process">
        <Facts
          facts={{
            "Completed": count(tasks.completed),
            "Failed": tasks.failed > 0 ? <b class="bad">{count(tasks.failed)}</b> : 0,
            "Cancelled": count(tasks.cancelled),
            "Retried": count(tasks.retried),
            "Success": percent(
              tasks.completed + tasks.failed === 0
                ? null
                : tasks.completed / (tasks.completed + tasks.failed),
            ),
            "Event loop": `p50 ${duration(event_loop_delay_ms.p50)}, p99 ${
              duration(event_loop_delay_ms.p99)
            } late`,
            "Lines lost": sink.dropped > 0
              ? <b class="bad">{count(sink.dropped)} of metrics.jsonl</b>
              : undefined,
          }}
        />
      </Panel>
    </div>
  );
}

/** The last five minutes, whatever the window of the tables. */
function Charts(): JSX.Element {
  const history = points.value;
  const timesMs = history.map(({ at_ms }) => at_ms);
  return (
    <div class="charts charts-2">
      <Chart
        title="Requests a second"
        sync="metrics"
        timesMs={timesMs}
        format={count}
        series={[{
          name: "requests",
          color: "--blue",
          values: history.map((p) => p.requests_per_s),
          fill: true,
        }]}
      />
      <Chart
        title="Latency"
        sync="metrics"
        timesMs={timesMs}
        format={duration}
        series={[
          { name: "p50", color: "--green", values: history.map((p) => p.latency_p50_ms) },
          { name: "p99", color: "--amber", values: history.map((p) => p.latency_p99_ms), fill: true },
        ]}
      />
      <Chart
        title="Tasks ended a second"
        sync="metrics"
        timesMs={timesMs}
        format={count}
        series={[
          { name: "completed", color: "--green", values: history.map((p) => p.completed_per_s), fill: true },
          { name: "failed", color: "--red", values: history.map((p) => p.failed_per_s) },
        ]}
      />
      <Chart
        title="Event loop delay"
        sync="metrics"
        timesMs={timesMs}
        format={duration}
        series={[{
          name: "p99",
          color: "--red",
          values: history.map((p) => p.event_loop_p99_ms),
          fill: true,
        }]}
        minTop={5}
      />
    </div>
  );
}
