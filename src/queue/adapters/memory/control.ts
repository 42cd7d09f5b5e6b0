import type { BatchCancelOutcome } from "../../port.ts";
import type { Lease } from "../../task.ts";
import { type Board, hasEnded } from "./board.ts";
import { type Row } from "./row.ts";
import type { Flow } from "./flow.ts";

/** What is done to tasks from outside: cancelling, redriving, another priority, forgetting. */
export class Control {
  readonly #board: Board;
  readonly #flow: Flow;

  constructor(board: Board, flow: Flow) {
    this.#board = board;
    this.#flow = flow;
  }

  /** Cancels a waiting task at once; marks a running one and returns its lease. */
  cancel(row: Row): Lease | undefined {
    if (row.state === "running") {
      row.task.cancelRequested = true;
      return { taskId: row.task.id, token: row.token! };
    }
    this.#flow.end(row, "cancelled");
    return undefined;
  }

  cancelBatch(batchId: string): BatchCancelOutcome | undefined {
    const batch = this.#board.batches.get(batchId);
    if (batch === undefined) return undefined;
    const outcome: BatchCancelOutcome = { cancelled: 0, running: [], ended: [] };
    // The latest first: one that depends on another of the batch is cancelled as all are, and does not fail with it.
    for (const row of [...batch.rows].reverse()) {
      if (hasEnded(row)) continue;
      const lease = this.cancel(row);
      if (lease !== undefined) outcome.running.push(lease);
      else outcome.ended.push({ taskId: row.task.id, type: row.task.type });
    }
    outcome.cancelled = outcome.ended.length;
    return outcome;
  }

  retry(row: Row | undefined): "retried" | "not_found" | "not_ended" {
    if (row === undefined) return "not_found";
    if (row.state !== "failed" && row.state !== "cancelled") return "not_ended";
    this.#flow.retry(row);
    return "retried";
  }

  reprioritize(row: Row | undefined, priority: number): "changed" | "not_found" | "ended" {
    if (row === undefined) return "not_found";
    if (hasEnded(row)) return "ended";
    const before = row.task.priority;
    if (before === priority) return "changed";
    row.task.priority = priority;
    if (row.state !== "ready") return "changed";
    this.#board.turns.left(row, before);
    this.#board.turns.entered(row);
    return "changed";
  }

  remove(row: Row | undefined): "removed" | "not_found" | "not_ended" {
    if (row === undefined) return "not_found";
    if (!hasEnded(row)) return "not_ended";
    this.#board.remove(row);
    return "removed";
  }
}
