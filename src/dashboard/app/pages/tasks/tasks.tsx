import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { place, setQuery } from "../../router/router.ts";
import { stats } from "../../live/store.ts";
import { count, Empty, Failure, Loading, PageHead } from "../../ui/mod.ts";
import { BulkBar } from "./bulk_bar.tsx";
import { FilterBar } from "./filter_bar.tsx";
import { filterOf, isEmpty } from "./filter.ts";
import { type Sort, sorted, SORTS } from "./task_rows.ts";
import { TaskTable } from "./task_table.tsx";
import { useTaskList } from "./use_task_list.ts";

/** All tasks: found, sorted, and changed one by one or many at once. */
export function Tasks(): JSX.Element {
  const { query } = place.value;
  const filter = useMemo(() => filterOf(query), [query]);
  const sort = (query.get("sort") ?? "newest") in SORTS ? (query.get("sort") ?? "newest") as Sort : "newest";
  const list = useTaskList(filter);
  const rows = useMemo(() => list.rows && sorted(list.rows, sort), [list.rows, sort]);
  const total = isEmpty(filter)
    ? stats.value?.queue.accepted
    : filter.status !== undefined && Object.keys(filter).length === 1
    ? stats.value?.queue.counts[filter.status]
    : undefined;
  return (
    <>
      <PageHead title="Tasks">
        <span class="muted small" role="status">
          {rows !== undefined &&
            `${count(rows.length)} shown${total === undefined ? "" : ` of ${count(total)}`}`}
          {list.hasMore && sort !== "newest" && " · sorted among those shown"}
        </span>
      </PageHead>
      <FilterBar
        filter={filter}
        sort={sort}
        onSort={(next) => setQuery({ sort: next === "newest" ? undefined : next })}
      />
      <BulkBar filter={filter} onDone={list.reload} />
      {list.problem && list.problem.status !== 0 && <Failure problem={list.problem} onRetry={list.reload} />}
      {rows === undefined
        ? !list.problem && <Loading lines={10} />
        : rows.length === 0
        ? (
          <Empty title={isEmpty(filter) ? "No task has been accepted yet" : "No task fits"}>
            {isEmpty(filter)
              ? (
                <span>
                  Queue one with <code>POST /api/tasks</code>; see <a href="/docs">the reference</a>.
                </span>
              )
              : <a href="/tasks">Show all</a>}
          </Empty>
        )
        : <TaskTable rows={rows} hasMore={list.hasMore} onEnd={list.readMore} />}
    </>
  );
}
