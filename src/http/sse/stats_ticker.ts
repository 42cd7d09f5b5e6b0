import type { TaskEventFeed } from "../../queue/service_port.ts";
import { taskEventJson } from "../schemas/event.ts";
import type { StatsReport } from "../stats_report.ts";
import { sseBytes } from "./message.ts";
import { TaskChanges } from "./task_changes.ts";

/** Points that are kept: five minutes of seconds. */
const MAX_POINTS = 300;
/** A tick a second makes a point; between two, one half way tells what changed in the meantime. */
const TICKS_PER_POINT = 2;

export interface StatsTickerOptions {
  /** Time between two points. @default 1000 */
  pointEveryMs?: number;
  /** How long it goes on when the last reader has left: one who loads the page again finds its charts. @default 60000 */
  lingerMs?: number;
}

/**
 * Looks at the service once for all who follow, and at nothing while nobody does.
 *
 * idle ─ first reader ─► ticking ─ last reader leaves, `lingerMs` ─► idle (the points are forgotten)
 */
export class StatsTicker implements Disposable {
  readonly #report: StatsReport;
  readonly #feed: TaskEventFeed;
  readonly #pointEveryMs: number;
  readonly #lingerMs: number;
  readonly #listeners = new Set<(message: Uint8Array<ArrayBuffer>) => void>();
  #changes = new TaskChanges();
  #points: string[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #leaveFeed: (() => void) | undefined;
  #ticks = 0;
  #seq = 0;
  #busy = false;
  #aloneMs = 0;

  constructor(report: StatsReport, feed: TaskEventFeed, options: StatsTickerOptions = {}) {
    this.#report = report;
    this.#feed = feed;
    this.#pointEveryMs = options.pointEveryMs ?? 1000;
    this.#lingerMs = options.lingerMs ?? 60_000;
  }

  /** How things are, with the points there are: the first message of a reader. */
  async head(): Promise<Uint8Array<ArrayBuffer>> {
    const { json } = await this.#report.look();
    return this.#message(json, `,"points":[${this.#points.join(",")}],"tasks":[],"more_tasks":0`);
  }

  /** Returns how to stop being told. */
  follow(listener: (message: Uint8Array<ArrayBuffer>) => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#tick(), this.#pointEveryMs / TICKS_PER_POINT);
    this.#leaveFeed ??= this.#feed.follow({}, (_position, event) => this.#changes.add(event));
    this.#aloneMs = 0;
    return () => void this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#leaveFeed?.();
    this.#leaveFeed = undefined;
    this.#changes = new TaskChanges();
    this.#points = [];
  }

  async #tick(): Promise<void> {
    if (this.#listeners.size === 0) {
      this.#aloneMs += this.#pointEveryMs / TICKS_PER_POINT;
      if (this.#aloneMs > this.#lingerMs) return this[Symbol.dispose]();
    }
    const isPoint = ++this.#ticks % TICKS_PER_POINT === 0;
    if (this.#busy || (!isPoint && !this.#changes.any)) return;
    this.#busy = true;
    try {
      const { json, point } = await this.#report.look();
      if (isPoint) {
        this.#points.push(point);
        if (this.#points.length > MAX_POINTS) this.#points.shift();
      }
      if (this.#listeners.size === 0) return;
      const { events, others } = this.#changes.take();
      this.#seq++;
      const message = this.#message(
        json,
        `,"points":[${isPoint ? point : ""}],"tasks":[${events.map(taskEventJson).join(",")}],` +
          `"more_tasks":${others}`,
      );
      for (const listener of [...this.#listeners]) listener(message);
    } catch {
      // The queue does not answer: the next tick asks again, and the health says so.
    } finally {
      this.#busy = false;
    }
  }

  #message(json: string, more: string): Uint8Array<ArrayBuffer> {
    return sseBytes({ event: "stats", data: `${json.slice(0, -1)},"seq":${this.#seq}${more}}` });
  }
}
