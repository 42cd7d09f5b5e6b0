import type { BatchQuery, ListQuery, StatusCounts, StoredBatch, TaskFilter } from "../../port.ts";
import type { StoredTask } from "../../task.ts";
import { type Board, countsOf, noCounts, withoutUndefined } from "./board.ts";
import { type Row } from "./row.ts";

/** What is shown of a task. */
export function storedTask(
  { task, pending, state }: Row,
  { withInput = false, withResult = false } = {},
): StoredTask {
  const copy = structuredClone(task);
  if (!withInput) copy.inputJson = "";
  if (!withResult) delete copy.resultJson;
  if (state === "waiting" && pending.size > 0) copy.pendingDependencies = pending.size;
  return withoutUndefined(copy);
}

export function matches({ task }: Row, filter: TaskFilter): boolean {
  const { status, type, brand, tag, batchId, createdFromMs, createdBeforeMs } = filter;
  return (status === undefined || task.status === status) &&
    (type === undefined || task.type === type) &&
    (brand === undefined || task.brand === brand) &&
    (tag === undefined || task.tags?.includes(tag) === true) &&
    (batchId === undefined || task.batchId === batchId) &&
    (createdFromMs === undefined || task.createdMs >= createdFromMs) &&
    (createdBeforeMs === undefined || task.createdMs < createdBeforeMs);
}

/** Newest first, by every filter that is given. */
export function listTasks(board: Board, { limit, before = Infinity, ...filter }: ListQuery): StoredTask[] {
  return board.all().reverse().filter((row) => row.task.seq < before && matches(row, filter)).slice(0, limit)
    .map((row) => storedTask(row));
}

/** A batch in the order given, with results. */
export function listBatch(
  board: Board,
  batchId: string,
  { after = 0, limit }: { after?: number; limit: number },
): StoredTask[] {
  return (board.batches.get(batchId)?.rows ?? []).filter(({ task }) => task.seq > after).slice(0, limit)
    .map((row) => storedTask(row, { withResult: true }));
}

/** Newest first. */
export function listBatches(board: Board, { limit, before }: BatchQuery): StoredBatch[] {
  const isBefore = (a: { createdMs: number; id: string }, b: { createdMs: number; id: string }) =>
    a.createdMs < b.createdMs || (a.createdMs === b.createdMs && a.id < b.id);
  return [...board.batches.values()].filter((batch) => before === undefined || isBefore(batch, before))
    .sort((a, b) => isBefore(a, b) ? 1 : -1).slice(0, limit).map(({ id }) => readBatch(board, id)!);
}

export function readBatch(board: Board, batchId: string): StoredBatch | undefined {
  const batch = board.batches.get(batchId);
  if (batch === undefined) return undefined;
  const { id, createdMs, maxConcurrent, brand, rows, finishedMs } = batch;
  const onComplete = board.all().find((row) => row.onCompleteOf === batchId);
  return withoutUndefined({
    id,
    createdMs,
    maxConcurrent,
    brand,
    total: rows.length,
    counts: countsOf(rows),
    finishedMs,
    onCompleteTaskId: onComplete?.task.id,
  });
}

export function countsByType(board: Board): Record<string, StatusCounts> {
  const byType: Record<string, StatusCounts> = {};
  for (const { task } of board.rows.values()) (byType[task.type] ??= noCounts())[task.status]++;
  return byType;
}
