import type { BulkOutcome, BulkRequest, PurgeRequest } from "../../port.ts";
import { type Board, changeOf, hasEnded } from "./board.ts";
import { type Row } from "./row.ts";
import type { Control } from "./control.ts";
import { matches } from "./reads.ts";

/** One action on the tasks a filter names, oldest first. */
export function runBulk(board: Board, control: Control, request: BulkRequest): BulkOutcome {
  const { filter, limit, after = 0 } = request;
  const all = board.all().filter((row) => row.task.seq > after && matches(row, filter));
  const rows = all.slice(0, limit);
  const outcome: BulkOutcome = { matched: rows.length, changed: 0, running: [], changes: [] };
  for (const row of rows) if (act(control, request, row, outcome)) outcome.changed++;
  if (all.length > rows.length) outcome.next = rows.at(-1)!.task.seq;
  return outcome;
}

/** Whether it changed the task. */
function act(
  control: Control,
  { action, priority }: BulkRequest,
  row: Row,
  { running, changes }: BulkOutcome,
): boolean {
  switch (action) {
    case "count":
      return false;
    case "cancel": {
      if (hasEnded(row)) return false;
      const lease = control.cancel(row);
      if (lease === undefined) changes.push(changeOf(row));
      else running.push(lease);
      return true;
    }
    case "retry":
      if (control.retry(row) !== "retried") return false;
      changes.push(changeOf(row));
      return true;
    case "remove":
      return control.remove(row) === "removed";
    case "reprioritize":
      return control.reprioritize(row, priority ?? row.task.priority) === "changed";
  }
}

/** Forgets ended tasks that are too old, then those that are too many: oldest first. */
export function purge(board: Board, request: PurgeRequest): number {
  const { status, endedBeforeMs = -Infinity, keepNewest = Infinity, limit } = request;
  const ended = board.all(status);
  const old = ended.filter(({ task }) => task.finishedMs! < endedBeforeMs);
  const rest = ended.filter((row) => !old.includes(row));
  const tooMany = rest.slice(0, Math.max(0, rest.length - keepNewest));
  const removed = [...old, ...tooMany].slice(0, limit);
  for (const row of removed) board.remove(row);
  return removed.length;
}
