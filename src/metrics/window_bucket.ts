import { Histogram } from "./histogram.ts";
import { HostCell, SumAndMax } from "./host_turns.ts";
import type { SearchMode } from "./port.ts";
import { SearchCell } from "./search_series.ts";
import type { Mergeable } from "./time_window.ts";

/** How a task's attempt ended, as it is counted: `delayed` (another attempt follows) reads `retried`. */
export const TASK_ENDS = ["completed", "failed", "cancelled", "retried"] as const;
export type TaskEnd = typeof TASK_ENDS[number];
export type TaskEndCounts = Record<TaskEnd, number>;

/** Requests of one method and route in one stretch of time. Durations in microseconds. */
export class RequestCell implements Mergeable<RequestCell> {
  readonly statuses: Map<number, number> = new Map();
  readonly durationUs: Histogram = new Histogram();

  get empty(): boolean {
    return this.durationUs.count === 0;
  }

  merge(other: RequestCell): void {
    for (const [status, count] of other.statuses) {
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + count);
    }
    this.durationUs.merge(other.durationUs);
  }
}

/** Attempts of one task type in one stretch of time. Durations in microseconds. */
export class TaskCell implements Mergeable<TaskCell> {
  readonly ends: TaskEndCounts = { completed: 0, failed: 0, cancelled: 0, retried: 0 };
  readonly runUs: Histogram = new Histogram();
  readonly waitUs: Histogram = new Histogram();

  get empty(): boolean {
    return TASK_ENDS.every((end) => this.ends[end] === 0);
  }

  merge(other: TaskCell): void {
    for (const end of TASK_ENDS) this.ends[end] += other.ends[end];
    this.runUs.merge(other.runUs);
    this.waitUs.merge(other.waitUs);
  }
}

/** Who a request cell belongs to: one method of one route. Objects of this type are made once and compared by identity. */
export interface SeriesLabels {
  readonly method: string;
  readonly route: string;
}

/** Hosts told apart in one stretch of time; further ones are counted as `other`. */
const MAX_HOSTS = 200;
export const OTHER_HOSTS = "other";

/** Everything counted in one stretch of time. */
export class WindowBucket implements Mergeable<WindowBucket> {
  readonly requests: Map<SeriesLabels, RequestCell> = new Map();
  readonly tasks: Map<string, TaskCell> = new Map();
  readonly searches: Map<SearchMode, SearchCell> = new Map();
  readonly hosts: Map<string, HostCell> = new Map();
  readonly loopDelayUs: Histogram = new Histogram();
  /** Share of the workers that had work, 0 to 1, looked at now and then. */
  readonly busyShare: SumAndMax = new SumAndMax();

  get empty(): boolean {
    return this.requests.size === 0 && this.tasks.size === 0 && this.searches.size === 0 &&
      this.hosts.size === 0 && this.loopDelayUs.count === 0 && this.busyShare.count === 0;
  }

  requestCell(labels: SeriesLabels): RequestCell {
    let cell = this.requests.get(labels);
    if (cell === undefined) this.requests.set(labels, cell = new RequestCell());
    return cell;
  }

  taskCell(type: string): TaskCell {
    let cell = this.tasks.get(type);
    if (cell === undefined) this.tasks.set(type, cell = new TaskCell());
    return cell;
  }

  searchCell(mode: SearchMode): SearchCell {
    let cell = this.searches.get(mode);
    if (cell === undefined) this.searches.set(mode, cell = new SearchCell());
    return cell;
  }

  hostCell(given: string): HostCell {
    const host = this.hosts.size >= MAX_HOSTS && !this.hosts.has(given) ? OTHER_HOSTS : given;
    let cell = this.hosts.get(host);
    if (cell === undefined) this.hosts.set(host, cell = new HostCell());
    return cell;
  }

  merge(other: WindowBucket): void {
    for (const [labels, cell] of other.requests) this.requestCell(labels).merge(cell);
    for (const [type, cell] of other.tasks) this.taskCell(type).merge(cell);
    for (const [mode, cell] of other.searches) this.searchCell(mode).merge(cell);
    for (const [host, cell] of other.hosts) this.hostCell(host).merge(cell);
    this.loopDelayUs.merge(other.loopDelayUs);
    this.busyShare.merge(other.busyShare);
  }
}
