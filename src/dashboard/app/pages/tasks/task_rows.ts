import type { Task, TaskNews } from "../../api/types.ts";
import type { TaskFilter } from "./filter.ts";

/** Tasks by id, newest first, as far as they have been read. */
export type TaskRows = readonly Task[];

/** A page read again joins what is there: newer tasks come on top, known ones are as they are now. */
export function withPage(rows: TaskRows, page: TaskRows): TaskRows {
  const fresh = new Map(page.map((task) => [task.task_id, task]));
  const kept = rows.map((task) => {
    const newer = fresh.get(task.task_id);
    if (newer !== undefined) fresh.delete(task.task_id);
    return newer ?? task;
  });
  return [...fresh.values(), ...kept];
}

/** The next page joins at the end, without what moved into it meanwhile. */
export function withNextPage(rows: TaskRows, page: TaskRows): TaskRows {
  const known = new Set(rows.map(({ task_id }) => task_id));
  return [...rows, ...page.filter(({ task_id }) => !known.has(task_id))];
}

/**
 * What events tell of tasks that are there; one that the filter does not name any more goes. `unknown`: some of the news
 * is of tasks that are not there, and may be to be read.
 */
export function withNews(
  rows: TaskRows,
  news: readonly TaskNews[],
  filter: TaskFilter,
): { rows: TaskRows; unknown: boolean } {
  const byId = new Map(news.map((each) => [each.task_id, each]));
  let changed = false;
  const next: Task[] = [];
  for (const task of rows) {
    const told = byId.get(task.task_id);
    if (told === undefined) {
      next.push(task);
      continue;
    }
    byId.delete(task.task_id);
    changed = true;
    if (filter.status === undefined || filter.status === told.status) next.push(withEvent(task, told));
  }
  const unknown = [...byId.values()].some((each) => mayFit(each, filter));
  return { rows: changed ? next : rows, unknown };
}

function withEvent(task: Task, told: TaskNews): Task {
  const isEnd = told.status === "completed" || told.status === "failed" || told.status === "cancelled";
  return {
    ...task,
    status: told.status,
    attempts: told.attempts,
    progress: told.progress ?? (told.status === "running" ? task.progress : undefined),
    error: told.error ?? (isEnd ? undefined : task.error),
    wait_ms: told.wait_ms ?? task.wait_ms,
    run_ms: told.run_ms ?? task.run_ms,
    started_at: told.status === "running" && told.progress === undefined ? told.at : task.started_at,
    finished_at: isEnd ? told.at : undefined,
    cancel_requested: told.status === "running" ? task.cancel_requested : undefined,
  };
}

function mayFit(told: TaskNews, { status, type, brand, batch_id }: TaskFilter): boolean {
  return (status === undefined || status === told.status) && (type === undefined || type === told.type) &&
    (brand === undefined || brand === told.brand) && (batch_id === undefined || batch_id === told.batch_id);
}

export const SORTS = {
  newest: "Newest first",
  oldest: "Oldest first",
  priority: "Priority",
  status: "Status",
  type: "Type",
  wait: "Longest wait",
  run: "Longest run",
  attempts: "Most attempts",
} as const;
export type Sort = keyof typeof SORTS;

export function sorted(rows: TaskRows, sort: Sort): TaskRows {
  const by = (order: (a: Task, b: Task) => number) => [...rows].sort(order);
  switch (sort) {
    case "newest":
      return rows; // as the service gives them
    case "oldest":
      return [...rows].reverse();
    case "priority":
      return by((a, b) => b.priority - a.priority);
    case "status":
      return by((a, b) => a.status < b.status ? -1 : a.status > b.status ? 1 : 0);
    case "type":
      return by((a, b) => a.type < b.type ? -1 : a.type > b.type ? 1 : 0);
    case "wait":
      return by((a, b) => (b.wait_ms ?? -1) - (a.wait_ms ?? -1));
    case "run":
      return by((a, b) => (b.run_ms ?? -1) - (a.run_ms ?? -1));
    case "attempts":
      return by((a, b) => b.attempts - a.attempts);
  }
}
