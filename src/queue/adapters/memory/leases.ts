import type { CompletedEnd, FailedEnd, ReleasedEnd } from "../../port.ts";
import type { ClaimedTask, Lease, Progress } from "../../task.ts";
import { type Board, withoutUndefined } from "./board.ts";
import { type Row } from "./row.ts";
import type { Flow } from "./flow.ts";
import type { QueueTime } from "./queue_time.ts";

/** Tasks in hand: how one comes there and the ways it leaves. */
export class Leases {
  readonly #board: Board;
  readonly #flow: Flow;
  readonly #time: QueueTime;
  #nextToken = 1;

  constructor(board: Board, flow: Flow, time: QueueTime) {
    this.#board = board;
    this.#flow = flow;
    this.#time = time;
  }

  take(row: Row): ClaimedTask {
    const { task } = row;
    const { nowMs, wallMs } = this.#time;
    this.#board.move(row, "running");
    row.token = this.#nextToken++;
    row.deadlineMs = undefined;
    row.before = { startedMs: task.startedMs, waitMs: task.waitMs };
    task.attempts++;
    task.startedMs = wallMs;
    task.waitMs = Math.max(0, Math.floor(nowMs - row.rankMs));
    return withoutUndefined<ClaimedTask>({
      taskId: task.id,
      token: row.token,
      seq: task.seq,
      type: task.type,
      inputJson: task.inputJson,
      attempt: task.attempts,
      maxAttempts: task.maxAttempts,
      backoff: structuredClone(task.backoff),
      timeoutMs: task.timeoutMs,
      crashes: task.crashes,
      brand: task.brand,
      batchId: task.batchId ?? row.onCompleteOf,
      requestId: task.requestId,
      traceparent: task.traceparent,
      createdMs: task.createdMs,
      startedMs: wallMs,
      waitMs: task.waitMs,
    });
  }

  complete(ends: CompletedEnd[]): boolean[] {
    return this.#each(ends, (row, { resultJson, runMs, finishedMs }) => {
      Object.assign(row.task, { resultJson, runMs: Math.round(runMs) });
      row.task.error = row.task.cancelRequested = undefined;
      this.#flow.end(row, "completed", { finishedMs });
    });
  }

  fail(ends: FailedEnd[]): boolean[] {
    return this.#each(ends, (row, { error, runMs, finishedMs, next, crashed }) => {
      row.task.runMs = Math.round(runMs);
      if (row.task.cancelRequested) return this.#flow.end(row, "cancelled", { finishedMs });
      if (crashed) row.task.crashes++;
      if (next === "dead") return this.#flow.end(row, "failed", { error, finishedMs });
      row.task.error = error;
      row.task.finishedMs = Math.trunc(finishedMs);
      this.#flow.putBack(row, next.waitMs);
    });
  }

  release(ends: ReleasedEnd[]): boolean[] {
    return this.#each(ends, (row, { crashed, waitMs }) => {
      if (row.task.cancelRequested) {
        row.task.runMs = undefined; // of an attempt before; how long this one ran nobody says
        return this.#flow.end(row, "cancelled");
      }
      if (crashed) row.task.crashes++;
      row.task.attempts--;
      this.#flow.putBack(row, waitMs);
    });
  }

  endCancelled(ends: { lease: Lease; runMs: number }[]): boolean[] {
    return this.#each(ends, (row, { runMs }) => {
      row.task.runMs = Math.round(runMs);
      this.#flow.end(row, "cancelled");
    });
  }

  progress(updates: { lease: Lease; progress: Progress }[]): void {
    this.#each(updates, ({ task }, { progress }) => task.progress = { ...progress });
  }

  /** What the next process does with those of one that ended. How many went back into the queue. */
  recover(): number {
    let recovered = 0;
    for (const row of this.#board.all("running")) {
      Object.assign(row.task, row.before); // the start itself was not worth a write
      if (row.task.cancelRequested) {
        this.#flow.end(row, "cancelled");
      } else {
        row.task.attempts--;
        this.#flow.putBack(row, undefined);
        recovered++;
      }
    }
    return recovered;
  }

  /** Whether each was held; one that was not changes nothing. */
  #each<E extends { lease: Lease }>(ends: E[], apply: (row: Row, end: E) => void): boolean[] {
    return ends.map((end) => {
      const { taskId, token } = end.lease;
      const row = this.#board.rows.get(taskId);
      if (row?.state !== "running" || row.token !== token) return false;
      apply(row, end);
      return true;
    });
  }
}
