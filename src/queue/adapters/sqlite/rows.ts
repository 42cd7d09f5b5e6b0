import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TaskFailure } from "../../../platform/errors.ts";
import { DEFAULT_BACKOFF, type Progress, type StoredTask } from "../../task.ts";
import type { Books } from "./books.ts";
import type { HeldLease } from "./leases.ts";
import { readOptions } from "./options.ts";
import { statusOf } from "./states.ts";

/** Columns of a task as `toStoredTask` reads them, by position. Input and result follow where they were asked for. */
export const TASK_COLUMNS =
  "t.seq, t.id, t.type_no, t.state, t.priority, t.run_at, t.created_ms, t.attempts, t.max_attempts, t.crashes, " +
  "t.timeout_ms, t.cancel_requested, t.started_ms, t.finished_ms, t.wait_ms, t.run_ms, t.pending, t.brand, t.options, " +
  "t.request_id, t.progress, t.error, b.id";
export const COLUMN_COUNT = 23;

export type SqlValue = string | number | null | Uint8Array;

/** A statement whose rows are arrays: a third cheaper than objects. The declared types do not know it yet. */
export function prepareArrays(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql) as StatementSync & { setReturnArrays(enabled: boolean): void };
  statement.setReturnArrays(true);
  return statement;
}

/** A row as the port has it; `lease` where the task runs, of which its row knows nothing. */
export function toStoredTask(row: SqlValue[], books: Books, lease: HeldLease | undefined): StoredTask {
  const { completesBatch: _, ...options } = readOptions(row[18] as string | null);
  const task: StoredTask = {
    seq: row[0] as number,
    id: row[1] as string,
    type: books.typeByNo(row[2] as number).name,
    status: lease === undefined ? statusOf(row[3] as number) : "running",
    priority: row[4] as number,
    createdMs: row[6] as number,
    attempts: row[7] as number,
    maxAttempts: row[8] as number,
    crashes: row[9] as number,
    timeoutMs: row[10] as number,
    inputJson: "",
    ...options,
    backoff: options.backoff ?? DEFAULT_BACKOFF,
  };
  if (row[5] !== null) task.runAtMs = row[5] as number;
  if (row[11] === 1) task.cancelRequested = true;
  if (row[12] !== null) task.startedMs = row[12] as number;
  if (row[13] !== null) task.finishedMs = row[13] as number;
  if (row[14] !== null) task.waitMs = row[14] as number;
  if (row[15] !== null) task.runMs = row[15] as number;
  if (row[16] !== null && (row[16] as number) > 0) task.pendingDependencies = row[16] as number;
  if (row[17] !== null) task.brand = row[17] as string;
  if (row[19] !== null) task.requestId = row[19] as string;
  if (row[20] !== null) task.progress = JSON.parse(row[20] as string) as Progress;
  if (row[21] !== null) task.error = JSON.parse(row[21] as string) as TaskFailure;
  if (row[22] !== null) task.batchId = row[22] as string;
  if (lease !== undefined) {
    task.attempts = lease.attempt;
    task.startedMs = lease.startedMs;
    task.waitMs = lease.waitMs;
  }
  return task;
}
