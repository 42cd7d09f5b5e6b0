import { ms } from "../spread.ts";
import { type RequestSummary, requestSummaryOf, type TaskSummary, taskSummaryOf } from "../summary.ts";
import { openMetricsFiles } from "./metrics_files.ts";
import { firstLine, lineBatches } from "./read_lines.ts";
import type { Span } from "./span.ts";
import { type Point, Tally } from "./tally.ts";

/** What happened in a span, by the lines of `metrics.jsonl`. Keys are those of `--json`. */
export interface MetricsReport {
  from: string;
  to: string;
  /** Time of the first and the last line within it; null for none. */
  first: string | null;
  last: string | null;
  /** Files that were read; others are of another time. */
  files: string[];
  lines: number;
  /** Lines that are not ours or not whole; a last line that is being written is none of them. */
  unreadable_lines: number;
  requests: RequestSummary;
  tasks: TaskSummary & { by_error: Record<string, number> };
  /** Equal parts of the span, oldest first. */
  points: ReportPoint[];
}

export interface ReportPoint {
  at: string;
  requests: number;
  errors: number;
  latency_p99_ms: number | null;
  completed: number;
  failed: number;
}

/** Lines of one moment may be a little out of order: another thread's are gathered before they are written. */
const SLACK_MS = 60_000;

/**
 * Reads the files of a folder that have lines of the span, one after the other, in bounded memory.
 * @throws {Deno.errors.NotFound} there is no such folder
 */
export async function reportOf(folder: string, span: Span, points: number): Promise<MetricsReport> {
  const files = await openMetricsFiles(folder);
  const tally = new Tally(span, points);
  const read: string[] = [];
  try {
    const starts = await Promise.all(files.map(async ({ handle }) => {
      const startMs = startOf(await firstLine(handle));
      await handle.seek(0, Deno.SeekMode.Start);
      return startMs;
    }));
    for (const [at, { path, handle }] of files.entries()) {
      const startMs = starts[at] ?? -Infinity;
      const endMs = starts[at + 1] ?? Infinity; // the next one begins where it ends
      if (startMs - SLACK_MS >= span.toMs || endMs + SLACK_MS <= span.fromMs) continue;
      read.push(path);
      for await (const lines of lineBatches(handle)) {
        for (const line of lines) tally.add(line);
      }
    }
  } finally {
    for (const file of files) file[Symbol.dispose]();
  }
  const { firstMs, lastMs } = tally;
  const widthMs = (span.toMs - span.fromMs) / points;
  return {
    from: instant(span.fromMs),
    to: instant(span.toMs),
    first: firstMs === undefined ? null : instant(firstMs),
    last: lastMs === undefined ? null : instant(lastMs),
    files: read,
    lines: tally.lines,
    unreadable_lines: tally.unreadable,
    requests: requestSummaryOf(tally.requests, span.toMs - span.fromMs),
    tasks: {
      ...taskSummaryOf(tally.tasks),
      by_error: Object.fromEntries([...tally.errorCodes].sort(([, a], [, b]) => b - a)),
    },
    points: tally.points.map((point, at) => pointOf(point, span.fromMs + at * widthMs)),
  };
}

function pointOf({ requests, errors, completed, failed, durationUs }: Point, atMs: number): ReportPoint {
  return {
    at: instant(atMs),
    requests,
    errors,
    latency_p99_ms: ms(durationUs.quantile(0.99)),
    completed,
    failed,
  };
}

function startOf(line: string | undefined): number | undefined {
  try {
    const startMs = Date.parse(JSON.parse(line ?? "").ts);
    return Number.isNaN(startMs) ? undefined : startMs;
  } catch {
    return undefined;
  }
}

function instant(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
