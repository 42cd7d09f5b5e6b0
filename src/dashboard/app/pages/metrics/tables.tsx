import type { JSX } from "preact";
import { type Column, count, duration, Panel, percent, Table } from "../../ui/mod.ts";
import { SpreadBar, topOf } from "./spread_bar.tsx";
import type { RouteSummary, Spread, TypeSummary } from "./types.ts";

/** Columns of a spread of times. */
function spreadColumns<T>(name: string, of: (row: T) => Spread, topMs: number): Column<T>[] {
  return [
    { name: `${name} p50`, cell: (row) => duration(of(row).p50), numeric: true },
    { name: `p90`, cell: (row) => duration(of(row).p90), numeric: true },
    { name: `p99`, cell: (row) => duration(of(row).p99), numeric: true },
    { name: `max`, cell: (row) => duration(of(row).max), numeric: true },
    { name: "spread", cell: (row) => <SpreadBar spread={of(row)} topMs={topMs} /> },
  ];
}

export function Routes({ routes }: { routes: readonly RouteSummary[] }): JSX.Element {
  const columns: Column<RouteSummary>[] = [
    {
      name: "Route",
      cell: ({ method, route }) => (
        <span class="mono" dir="ltr">
          <b>{method}</b> {route}
        </span>
      ),
    },
    { name: "Requests", cell: ({ count: n }) => count(n), numeric: true },
    { name: "4xx", cell: ({ statuses }) => count(refused(statuses)), numeric: true },
    { name: "5xx", cell: ({ errors }) => bad(errors), numeric: true },
    ...spreadColumns<RouteSummary>(
      "Latency",
      ({ latency_ms }) => latency_ms,
      topOf(routes.map((r) => r.latency_ms)),
    ),
  ];
  return (
    <Panel flush title="Requests by route">
      <Table
        cards
        label="Requests by route"
        columns={columns}
        rows={routes}
        keyOf={({ method, route }) => `${method} ${route}`}
        empty={<p class="muted pad">No request in this window.</p>}
      />
    </Panel>
  );
}

export function Types({ types }: { types: readonly TypeSummary[] }): JSX.Element {
  const columns: Column<TypeSummary>[] = [
    {
      name: "Type",
      cell: ({ type }) => <a class="nowrap" href={`/tasks?type=${encodeURIComponent(type)}`}>{type}</a>,
    },
    { name: "Completed", cell: ({ completed }) => count(completed), numeric: true },
    { name: "Failed", cell: ({ failed }) => bad(failed), numeric: true },
    { name: "Cancelled", cell: ({ cancelled }) => count(cancelled), numeric: true },
    { name: "Retried", cell: ({ retried }) => count(retried), numeric: true },
    { name: "Success", cell: (row) => percent(success(row)), numeric: true },
    { name: "Wait p50", cell: ({ wait_ms }) => duration(wait_ms.p50), numeric: true },
    ...spreadColumns<TypeSummary>("Run", ({ run_ms }) => run_ms, topOf(types.map((t) => t.run_ms))),
  ];
  return (
    <Panel flush title="Tasks by type">
      <Table
        cards
        label="Tasks by type"
        columns={columns}
        rows={types}
        keyOf={({ type }) => type}
        empty={<p class="muted pad">No task ended in this window.</p>}
      />
    </Panel>
  );
}

function success({ completed, failed }: TypeSummary): number | null {
  return completed + failed === 0 ? null : completed / (completed + failed);
}

function refused(statuses: Record<string, number>): number {
  return Object.entries(statuses).filter(([status]) => status.startsWith("4")).reduce(
    (sum, [, n]) => sum + n,
    0,
  );
}

function bad(n: number): JSX.Element | number {
  return n > 0 ? <b class="bad">{count(n)}</b> : 0;
}
