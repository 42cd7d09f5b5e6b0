import { Histogram } from "../histogram.ts";
import type { MetricsLine } from "../port.ts";
import { RequestCell, type SeriesLabels, TaskCell, type TaskEnd } from "../window_bucket.ts";
import type { Span } from "./span.ts";

/** One point of the curves: what happened in an equal part of the span. */
export class Point {
  requests = 0;
  /** Answers of 500 and above. */
  errors = 0;
  completed = 0;
  failed = 0;
  readonly durationUs: Histogram = new Histogram();
}

/** Every line of ours begins with it; the time is 24 characters long and sorts as text. */
const START = '{"ts":"';
const TIME_CHARS = 24;
/** Distinct routes, types and codes told apart: a file is no reason to run out of memory. */
const MAX_NAMES = 1000;
const ENDS: Record<string, TaskEnd> = {
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  delayed: "retried",
};

/** Adds up the lines of a span; memory is that of what they name, not of how many they are. */
export class Tally {
  readonly requests: Map<SeriesLabels, RequestCell> = new Map();
  readonly tasks: Map<string, TaskCell> = new Map();
  readonly errorCodes: Map<string, number> = new Map();
  readonly points: Point[];
  /** Lines that count. */
  lines = 0;
  /** Lines of any time that are none: not JSON, or not of ours. */
  unreadable = 0;
  firstMs: number | undefined;
  lastMs: number | undefined;
  readonly #span: Span;
  readonly #from: string;
  readonly #to: string;
  readonly #labels: Map<string, SeriesLabels> = new Map();

  constructor(span: Span, points: number) {
    this.#span = span;
    this.#from = new Date(span.fromMs).toISOString();
    this.#to = new Date(span.toMs).toISOString();
    this.points = Array.from({ length: points }, () => new Point());
  }

  add(text: string): void {
    if (text === "") return;
    // Most lines of a large file are of another time: they are not worth being read.
    if (text.startsWith(START) && text.length > START.length + TIME_CHARS) {
      const at = text.slice(START.length, START.length + TIME_CHARS);
      if (at.endsWith("Z") && (at < this.#from || at >= this.#to)) return;
    }
    let line: MetricsLine;
    try {
      line = JSON.parse(text);
    } catch {
      this.unreadable++;
      return;
    }
    const atMs = Date.parse(line?.ts);
    if (Number.isNaN(atMs)) {
      this.unreadable++;
      return;
    }
    if (atMs < this.#span.fromMs || atMs >= this.#span.toMs) return;
    const { fromMs, toMs } = this.#span;
    const point = this.points[Math.floor((atMs - fromMs) / (toMs - fromMs) * this.points.length)]!;
    if (!this.#count(line, point)) {
      this.unreadable++;
      return;
    }
    this.lines++;
    this.firstMs = Math.min(this.firstMs ?? atMs, atMs);
    this.lastMs = Math.max(this.lastMs ?? atMs, atMs);
  }

  #count(line: MetricsLine, point: Point): boolean {
    if (line.kind === "request") {
      const { status, duration_ms: durationMs } = line;
      if (typeof status !== "number" || typeof durationMs !== "number") return false;
      const cell = this.#requestCell(String(line.method), String(line.route));
      cell.statuses.set(status, (cell.statuses.get(status) ?? 0) + 1);
      cell.durationUs.record(durationMs * 1000);
      point.requests++;
      if (status >= 500) point.errors++;
      point.durationUs.record(durationMs * 1000);
      return true;
    }
    if (line.kind !== "task" || !Object.hasOwn(ENDS, line.status)) return false;
    const end = ENDS[line.status]!;
    const type = bounded(this.tasks, String(line.type));
    let cell = this.tasks.get(type);
    if (cell === undefined) this.tasks.set(type, cell = new TaskCell());
    cell.ends[end]++;
    if (typeof line.run_ms === "number") cell.runUs.record(line.run_ms * 1000);
    if (typeof line.wait_ms === "number") cell.waitUs.record(line.wait_ms * 1000);
    if (end === "completed" || end === "failed") point[end]++;
    if (line.error_code !== undefined) {
      const code = bounded(this.errorCodes, String(line.error_code));
      this.errorCodes.set(code, (this.errorCodes.get(code) ?? 0) + 1);
    }
    return true;
  }

  #requestCell(method: string, route: string): RequestCell {
    const key = bounded(this.#labels, `${method} ${route}`);
    let labels = this.#labels.get(key);
    if (labels === undefined) {
      this.#labels.set(key, labels = key === OTHER ? { method: OTHER, route: OTHER } : { method, route });
      this.requests.set(labels, new RequestCell());
    }
    return this.requests.get(labels)!;
  }
}

const OTHER = "other";

function bounded(known: ReadonlyMap<string, unknown>, name: string): string {
  return known.size < MAX_NAMES || known.has(name) ? name : OTHER;
}
