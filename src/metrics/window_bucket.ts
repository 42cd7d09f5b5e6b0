import { Histogram } from "./histogram.ts";
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

/** Everything counted in one stretch of time. */
export class WindowBucket implements Mergeable<WindowBucket> {
  readonly requests: Map<SeriesLabels, RequestCell> = new Map();
  readonly tasks: Map<string, TaskCell> = new Map();
  readonly loopDelayUs: Histogram = new Histogram();

  get empty(): boolean {
    return this.requests.size === 0 && this.tasks.size === 0 && this.loopDelayUs.count === 0;
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

  merge(other: WindowBucket): void {
    for (const [labels, cell] of other.requests) this.requestCell(labels).merge(cell);
    for (const [type, cell] of other.tasks) this.taskCell(type).merge(cell);
    this.loopDelayUs.merge(other.loopDelayUs);
  }
}
