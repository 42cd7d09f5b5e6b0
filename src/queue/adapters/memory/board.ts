import type { TaskFailure } from "../../../platform/errors.ts";
import type { StatusCounts, TaskChange } from "../../port.ts";
import type { Row, State } from "./row.ts";
import { Turns } from "./turns.ts";

export interface Batch {
  id: string;
  createdMs: number;
  maxConcurrent: number;
  brand?: string;
  rows: Row[];
  finishedMs?: number;
}

/** Every task there is, its state, and what the listener is to be told. */
export class Board {
  readonly rows = new Map<string, Row>();
  readonly batches = new Map<string, Batch>();
  readonly turns = new Turns(() => this.all("ready"));
  #changes: TaskChange[] = [];
  #lastSeq = 0;
  removed = 0;

  add(row: Omit<Row, "state">): Row {
    const added: Row = { ...row, state: "waiting" };
    added.task.seq = ++this.#lastSeq;
    this.rows.set(added.task.id, added);
    this.move(added, "waiting");
    return added;
  }

  /** The one place where a state changes. */
  move(row: Row, to: State): void {
    const from = row.state;
    row.state = to;
    row.task.status = to === "ready" ? "queued" : to === "waiting" ? "delayed" : to;
    if (from === "ready" && to !== "ready") this.turns.left(row);
    if (from !== "ready" && to === "ready") this.turns.entered(row);
  }

  remove(row: Row): void {
    this.rows.delete(row.task.id);
    const batch = this.batches.get(row.task.batchId ?? "");
    if (batch !== undefined) batch.rows = batch.rows.filter((other) => other !== row);
    if (batch?.rows.length === 0) this.batches.delete(batch.id); // it goes with the last of its tasks
    this.removed++;
  }

  /** In the order of acceptance. */
  all(...states: State[]): Row[] {
    return [...this.rows.values()].filter(({ state }) => states.length === 0 || states.includes(state))
      .sort((a, b) => a.task.seq - b.task.seq);
  }

  /** The listener will hear of it; `error` is what this change brought, not what an earlier attempt left. */
  tell(row: Row, error?: TaskFailure): void {
    this.#changes.push(changeOf(row, error));
  }

  takeChanges(): TaskChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }
}

export function hasEnded({ state }: Row): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}

/** Keys its limits and pauses go by. */
export function keysOf({ task }: Row): Set<string> {
  return new Set([...task.limitKeys ?? [], `type:${task.type}`]);
}

export function changeOf({ task }: Row, error?: TaskFailure): TaskChange {
  const { id: taskId, type, status, attempts, batchId, brand, requestId } = task;
  const change: TaskChange = { taskId, type, status, attempts, batchId, brand, requestId, error };
  return withoutUndefined(structuredClone(change));
}

export function noCounts(): StatusCounts {
  return { queued: 0, delayed: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
}

export function countsOf(rows: Iterable<Row>): StatusCounts {
  const counts = noCounts();
  for (const { task } of rows) counts[task.status]++;
  return counts;
}

export function withoutUndefined<T extends object>(given: T): T {
  for (const key of Object.keys(given) as (keyof T)[]) if (given[key] === undefined) delete given[key];
  return given;
}
