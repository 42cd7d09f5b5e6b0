import type { StatusCounts, StoredBatch } from "../../port.ts";
import type { StoredTask, TaskStatus } from "../../task.ts";

export type State = "held" | "ready" | Exclude<TaskStatus, "queued">;

export interface Row {
  task: StoredTask;
  state: State;
  readyMs: number;
  token?: number;
}

export interface Batch {
  stored: StoredBatch;
  rows: Row[];
}

/** Every task by its state, and the rules by which held ones become ready. */
export class Board {
  readonly rows = new Map<string, Row>();
  readonly batches = new Map<string, Batch>();
  readonly #byState = new Map<State, Set<Row>>();
  readonly #agingMs: number;
  #lastReadyMs = 0;

  constructor(agingMs: number) {
    this.#agingMs = agingMs;
  }

  /** Lets held tasks through in order: those of no batch always, of a batch while it has places. */
  admit(): void {
    for (const row of [...this.set("held")].sort((a, b) => this.compare(a, b))) {
      const batch = row.task.batchId === undefined ? undefined : this.batches.get(row.task.batchId)!;
      const active = batch?.rows.filter(({ state }) => state === "ready" || state === "running").length ?? 0;
      if (batch === undefined || active < batch.stored.maxConcurrent) this.move(row, "ready");
    }
  }

  move(row: Row, to: State): void {
    this.set(row.state).delete(row);
    row.state = to;
    row.task.status = to === "held" || to === "ready" ? "queued" : to;
    this.set(to).add(row);
  }

  set(state: State): Set<Row> {
    let rows = this.#byState.get(state);
    if (rows === undefined) this.#byState.set(state, rows = new Set());
    return rows;
  }

  size(state: State): number {
    return this.set(state).size;
  }

  compare(a: Row, b: Row): number {
    const key = ({ task, readyMs }: Row) =>
      this.#agingMs === 0 ? -task.priority : readyMs - task.priority * this.#agingMs;
    return key(a) - key(b) || a.task.seq - b.task.seq;
  }

  readyMs(nowMs: number): number {
    return this.#lastReadyMs = Math.max(this.#lastReadyMs, nowMs);
  }
}

export function noCounts(): StatusCounts {
  return { queued: 0, delayed: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
}

export function countsOf(rows: Iterable<Row>): StatusCounts {
  const counts = noCounts();
  for (const { task } of rows) counts[task.status]++;
  return counts;
}

export function copyOf(task: StoredTask, options: { withResult?: boolean; withInput?: boolean }): StoredTask {
  const copy = structuredClone(task);
  if (!options.withInput) copy.inputJson = "";
  if (!options.withResult) delete copy.resultJson;
  for (const key of Object.keys(copy) as (keyof StoredTask)[]) if (copy[key] === undefined) delete copy[key];
  return copy;
}

/** Takes every trace of earlier attempts off a task. */
export function startAfresh(task: StoredTask): void {
  task.attempts = task.crashes = 0;
  task.runAtMs =
    task.startedMs =
    task.finishedMs =
    task.waitMs =
    task.runMs =
      undefined;
  task.progress =
    task.resultJson =
    task.error =
    task.cancelRequested =
      undefined;
}
