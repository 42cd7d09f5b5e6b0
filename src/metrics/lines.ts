import { ID_PATTERN } from "../platform/ids.ts";
import type { MetricsRecorder, TaskLine } from "./port.ts";

/** `000` to `999`. */
const THOUSANDTHS: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, "0"));

/**
 * Builds request lines of one method and route. By hand and not by `JSON.stringify`, and from few pieces, as this runs
 * in every request: what is the same as in the line before is kept as text, and a line is held as its pieces until the
 * file is written, so each piece costs the garbage collector too (0.75 us a line with twelve pieces, 0.45 with seven).
 */
export class RequestLineWriter {
  readonly #labels: string;
  #status = NaN;
  #statusText = "";
  #bytes = NaN;
  #bytesText = "";

  constructor(method: string, route: string) {
    this.#labels = `","method":${JSON.stringify(method)},"route":${JSON.stringify(route)},"status":`;
  }

  line(wallMs: number, requestId: string, status: number, durationMs: number, bytes: number): string {
    const id = ID_PATTERN.test(requestId) ? requestId : JSON.stringify(requestId).slice(1, -1);
    if (status !== this.#status) {
      this.#status = status;
      this.#statusText = `${this.#labels}${finite(status)},"duration_ms":`;
    }
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#bytesText = `,"bytes":${finite(bytes)}}`;
    }
    // Whole microseconds as two table look-ups: printing a fraction takes several times as long.
    const us = durationMs > 0 && durationMs < 1e12 ? Math.round(durationMs * 1000) : 0;
    const wholeMs = Math.floor(us / 1000);
    return lineStart(wallMs) + id + this.#statusText + wholeMs + "." + THOUSANDTHS[us - wholeMs * 1000]! +
      this.#bytesText;
  }
}

/** The line of one attempt's end. */
export function taskLine(wallMs: number, sample: Parameters<MetricsRecorder["task"]>[0]): string {
  const line: TaskLine = {
    ts: timestamp(wallMs),
    kind: "task",
    task_id: sample.taskId,
    type: sample.type,
    status: sample.status,
    attempt: sample.attempt,
    wait_ms: sample.waitMs === undefined ? null : rounded(sample.waitMs),
    run_ms: sample.runMs === undefined ? null : rounded(sample.runMs),
    error_code: sample.errorCode,
    request_id: sample.requestId,
  };
  return JSON.stringify(line);
}

let cachedSecond = NaN;
let cachedPrefix = "";
let cachedStart = "";
const START_TAILS: readonly string[] = THOUSANDTHS.map((ms) => `${ms}Z","kind":"request","request_id":"`);

/** RFC 3339 in UTC with ms. All of it but the ms is kept for the second: `toISOString` is half the cost of a line. */
export function timestamp(wallMs: number): string {
  const ms = intoSecond(wallMs);
  return `${cachedPrefix}${THOUSANDTHS[ms]}Z`;
}

/** A request line up to its request id. */
function lineStart(wallMs: number): string {
  const ms = intoSecond(wallMs);
  return cachedStart + START_TAILS[ms]!;
}

/** Milliseconds into the second, whose texts are then the cached ones. */
function intoSecond(wallMs: number): number {
  const whole = Math.trunc(wallMs);
  const second = Math.floor(whole / 1000);
  if (second !== cachedSecond) {
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 20);
    cachedStart = `{"ts":"${cachedPrefix}`;
    cachedSecond = second;
  }
  return whole - second * 1000;
}

/** To a thousandth; JSON has no NaN or Infinity, so a broken number reads 0. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : 0;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
