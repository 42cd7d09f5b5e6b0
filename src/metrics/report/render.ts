import type { Spread } from "../spread.ts";
import { chartLines } from "./chart.ts";
import type { MetricsReport } from "./report.ts";

/** Routes of the table at most. */
const MAX_ROUTES = 20;
/** What a chart's side takes beside its columns. */
const SIDE_CHARS = 12;

/** How many points the charts of a terminal have. */
export function pointsFor(columns: number): number {
  return Math.min(120, Math.max(20, columns - SIDE_CHARS));
}

/** The report for a person: charts, then tables. */
export function renderReport(report: MetricsReport): string {
  const { from, to, requests, tasks, points, files, lines, unreadable_lines: unreadable } = report;
  const out = [`${clock(from)} to ${clock(to)} UTC`];
  out.push(
    `${number(lines)} lines of ${files.length} file${files.length === 1 ? "" : "s"}` +
      (unreadable === 0 ? "" : `, ${number(unreadable)} that cannot be read`),
  );
  if (lines === 0) {
    return [...out, "", "Nothing happened, or it was rotated away (LOG_KEEP, METRICS_MAX_BYTES)."].join("\n");
  }
  const ends: [string, string] = [clock(from), clock(to)];
  const widthS = (Date.parse(to) - Date.parse(from)) / 1000 / points.length;
  const every = `each bar ${seconds(widthS)}`;
  const perS = (count: number) => count / widthS;
  if (requests.total > 0) {
    out.push(
      "",
      ...chartLines({
        title: `requests a second, ${every}`,
        values: points.map((p) => perS(p.requests)),
        shown: rate,
        ends,
      }),
      "",
      ...chartLines({
        title: "time to answer, p99",
        values: points.map((p) => p.latency_p99_ms),
        shown: time,
        ends,
      }),
    );
  }
  const ended = points.map(({ completed, failed }) => completed + failed);
  if (ended.some((count) => count > 0)) {
    out.push(
      "",
      ...chartLines({ title: "tasks ended a second", values: ended.map(perS), shown: rate, ends }),
    );
  }
  if (requests.total > 0) {
    const rows = requests.by_route.slice(0, MAX_ROUTES).map((
      { method, route, count, errors, latency_ms },
    ) => [
      `${method} ${route}`,
      number(count),
      number(errors),
      ...times(latency_ms),
    ]);
    rows.push([
      "all",
      number(requests.total),
      number(sum(requests.by_route.map((r) => r.errors))),
      ...times(requests.latency_ms),
    ]);
    out.push("", ...table(["requests", "count", "5xx", "p50", "p90", "p99", "max"], rows));
    const more = requests.by_route.length - MAX_ROUTES;
    if (more > 0) out.push(`and ${more} more routes (--json has them)`);
  }
  if (tasks.by_type.length > 0) {
    const head = [
      "tasks",
      "completed",
      "failed",
      "cancelled",
      "retried",
      "wait p50",
      "wait p99",
      "run p50",
      "run p99",
    ];
    const rowOf = (name: string, type: Omit<typeof tasks.by_type[number], "type">) => [
      name,
      ...[type.completed, type.failed, type.cancelled, type.retried].map(number),
      ...[type.wait_ms.p50, type.wait_ms.p99, type.run_ms.p50, type.run_ms.p99].map(timeOrDash),
    ];
    out.push(
      "",
      ...table(head, [...tasks.by_type.map((type) => rowOf(type.type, type)), rowOf("all", tasks)]),
    );
    const codes = Object.entries(tasks.by_error);
    if (codes.length > 0) {
      out.push("", ...table(["error", "attempts"], codes.map(([code, n]) => [code, number(n)])));
    }
  }
  return out.join("\n");
}

/** Names at the left, numbers at the right of their columns. */
function table(head: string[], rows: string[][]): string[] {
  const clean = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, at) => Math.max(...clean.map((row) => row[at]!.length)));
  return clean.map((row) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)).join("  ")
      .trimEnd()
  );
}

function times({ p50, p90, p99, max }: Spread): string[] {
  return [p50, p90, p99, max].map(timeOrDash);
}

function timeOrDash(valueMs: number | null): string {
  return valueMs === null ? "-" : time(valueMs);
}

function time(valueMs: number): string {
  if (valueMs === 0) return "0";
  if (valueMs < 10) return `${valueMs.toFixed(2)} ms`;
  if (valueMs < 1000) return `${Math.round(valueMs)} ms`;
  return seconds(valueMs / 1000);
}

function seconds(value: number): string {
  if (value < 100) return `${Number(value.toFixed(1))} s`;
  return value < 6000 ? `${Math.round(value / 60)} min` : `${Number((value / 3600).toFixed(1))} h`;
}

function rate(value: number): string {
  return value === 0 ? "0" : value < 10 ? value.toFixed(2) : number(Math.round(value));
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function clock(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Names are ours, but the file may not be: a terminal obeys what is in it. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?").slice(0, 80);
}
