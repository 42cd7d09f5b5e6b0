import type { ListQuery, StoredBatch } from "../../port.ts";
import type { StoredTask } from "../../task.ts";
import { type Board, copyOf, countsOf } from "./board.ts";

/** Newest first, by every filter that is given. */
export function listTasks(board: Board, query: ListQuery): StoredTask[] {
  const { status, type, brand, tag, batchId, before = Infinity, limit } = query;
  return [...board.rows.values()].reverse().map(({ task }) => task).filter((task) =>
    task.seq < before && (status === undefined || task.status === status) &&
    (type === undefined || task.type === type) && (brand === undefined || task.brand === brand) &&
    (batchId === undefined || task.batchId === batchId) && (tag === undefined || task.tags?.includes(tag))
  ).slice(0, limit).map((task) => copyOf(task, {}));
}

/** A batch in the order given, with results. */
export function listBatch(
  board: Board,
  batchId: string,
  { after = 0, limit }: { after?: number; limit: number },
): StoredTask[] {
  return (board.batches.get(batchId)?.rows ?? []).filter(({ task }) => task.seq > after).slice(0, limit)
    .map(({ task }) => copyOf(task, { withResult: true }));
}

export function readBatch(board: Board, batchId: string): StoredBatch | undefined {
  const batch = board.batches.get(batchId);
  if (batch === undefined) return undefined;
  const { stored, rows } = batch;
  const counts = countsOf(rows);
  const open = counts.queued + counts.delayed + counts.running > 0;
  const finishedMs = open ? undefined : Math.max(...rows.map(({ task }) => task.finishedMs ?? 0));
  return { ...stored, total: rows.length, counts, ...(finishedMs === undefined ? {} : { finishedMs }) };
}
