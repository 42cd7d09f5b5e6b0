import type { TaskFilter } from "../../port.ts";
import type { CoreState } from "./core_state.ts";
import type { SqlValue } from "./rows.ts";
import { State } from "./states.ts";

/** Where a list reads from, ordered by `order`, and the conditions the rows must meet. */
export interface Source {
  from: string;
  where: string[];
  args: SqlValue[];
  order: string;
}

/** Tasks of a status up to which a list of them looks at all; above, they are dense enough to walk to. */
const GATHER_LIMIT = 20_000;

const BATCH = "LEFT JOIN batches b ON b.no = t.batch_no";

/**
 * Which index a list walks. The planner has no statistics and would guess; here the rarest filter leads: few tasks are
 * running or dead, and a batch, a tag or a brand is a small part of all. Each index ends in `seq`, so the walk is in the
 * list's order and stops at the limit. Undefined where the filter names what does not exist.
 */
export function sourceOf(filter: TaskFilter, state: CoreState): Source | undefined {
  const { books } = state;
  const { status } = filter;
  const where: string[] = [];
  const args: SqlValue[] = [];
  const add = (condition: string, ...given: SqlValue[]) => {
    where.push(condition);
    args.push(...given);
  };
  if (filter.type !== undefined) {
    const type = books.findType(filter.type);
    if (type === undefined) return undefined;
    add("t.type_no = ?", type.no);
  }
  if (filter.batchId !== undefined) {
    const batchNo = books.batchNo(filter.batchId);
    if (batchNo === undefined) return undefined;
    add("t.batch_no = ?", batchNo);
  }
  if (filter.brand !== undefined) add("t.brand = ?", filter.brand);
  if (filter.createdFromMs !== undefined) add("t.created_ms >= ?", filter.createdFromMs);
  if (filter.createdBeforeMs !== undefined) add("t.created_ms < ?", filter.createdBeforeMs);
  const inHand = () => JSON.stringify([...state.leases.values()].map(({ seq }) => seq));
  switch (status) {
    case undefined:
      break;
    case "queued":
      add("t.state = 1 AND t.seq NOT IN (SELECT value FROM json_each(?))", inHand());
      break;
    case "delayed":
      add("t.state IN (0, 2)");
      break;
    case "running":
      break;
    default:
      // The second condition is what the index is partial by: the planner does not see it in the first.
      add(`t.state = ${State[status]} AND t.state >= 4`);
  }
  const { from, order, condition } = walk(filter, state);
  if (condition !== undefined) {
    where.unshift(condition);
    if (status === "running") args.unshift(inHand());
  }
  if (filter.tag !== undefined) {
    if (order === "w.seq") where.unshift("w.tag = ?");
    else where.unshift("EXISTS (SELECT 1 FROM task_tags g WHERE g.tag = ? AND g.seq = t.seq)");
    args.unshift(filter.tag);
  }
  return { from, where, args, order };
}

function walk(
  filter: TaskFilter,
  state: CoreState,
): { from: string; order: string; condition?: string } {
  const { status } = filter;
  const by = (index: string) => ({ from: `FROM tasks t INDEXED BY ${index} ${BATCH}`, order: "t.seq" });
  const all = { from: `FROM tasks t ${BATCH}`, order: "t.seq" };
  if (status === "running") return { ...all, condition: "t.seq IN (SELECT value FROM json_each(?))" };
  if (status === "failed" || status === "cancelled") return by("tasks_ended");
  if (filter.batchId !== undefined) return by("tasks_batch");
  if (filter.tag !== undefined) {
    return { from: `FROM task_tags w CROSS JOIN tasks t ON t.seq = w.seq ${BATCH}`, order: "w.seq" };
  }
  const counts = state.books.total();
  const isSparse = status !== undefined &&
    (status === "queued"
        ? counts[State.ready]! + counts[State.running]!
        : status === "delayed"
        ? counts[State.delayed]! + counts[State.blocked]!
        : counts[State.completed]!) <= GATHER_LIMIT;
  if (isSparse) {
    if (status === "completed") return by("tasks_ended");
    const seqs = status === "delayed"
      ? "SELECT seq FROM tasks WHERE state = 0 UNION ALL SELECT seq FROM tasks WHERE state = 2"
      : "SELECT seq FROM tasks WHERE state = 1";
    return { ...all, condition: `t.seq IN (${seqs})` };
  }
  if (filter.brand !== undefined) return by("tasks_brand");
  if (status === "completed") return by("tasks_ended");
  return filter.type === undefined ? all : by("tasks_type");
}
