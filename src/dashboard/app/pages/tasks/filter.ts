import { withQuery } from "../../api/client.ts";
import { TASK_STATUSES, type TaskStatus } from "../../api/types.ts";

/** Conditions of a list of tasks; they stand in the address of the page under the names of the API. */
export interface TaskFilter {
  status?: TaskStatus;
  type?: string;
  brand?: string;
  tag?: string;
  batch_id?: string;
}

export const FILTER_NAMES = ["status", "type", "brand", "tag", "batch_id"] as const;

export function filterOf(query: URLSearchParams): TaskFilter {
  const filter: TaskFilter = {};
  const status = TASK_STATUSES.find((each) => each === query.get("status"));
  if (status !== undefined) filter.status = status;
  for (const name of ["type", "brand", "tag", "batch_id"] as const) {
    const value = query.get(name)?.trim();
    if (value) filter[name] = value;
  }
  return filter;
}

export function isEmpty(filter: TaskFilter): boolean {
  return Object.keys(filter).length === 0;
}

export function listPath(filter: TaskFilter, limit: number): string {
  return withQuery("/api/tasks", { ...filter, limit });
}

/** In words: `failed, type scrape`. */
export function describe(filter: TaskFilter): string {
  return Object.entries(filter)
    .map(([name, value]) => name === "status" ? value : `${name.replace("_id", "")} ${value}`)
    .join(", ");
}
