import type { JSX } from "preact";
import type { Task } from "../../api/types.ts";
import { useIsNarrow } from "../../ui/use_is_narrow.ts";
import { Ago, duration, StatusBadge, VirtualRows } from "../../ui/mod.ts";
import type { TaskRows } from "./task_rows.ts";

const HEADS = ["Task", "Status", "Type", "Brand", "Priority", "Tries", "Wait", "Run", "Accepted"];

/** Tasks in rows of one height; on a phone each is a card. */
export function TaskTable(
  { rows, hasMore, onEnd }: { rows: TaskRows; hasMore: boolean; onEnd: () => void },
): JSX.Element {
  const narrow = useIsNarrow();
  return (
    <div class="panel panel-flush">
      <div
        role="table"
        aria-label="Tasks"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        class={narrow ? "task-cards" : "task-table"}
      >
        <div role="rowgroup">
          <div role="row" class="task-row task-head" aria-rowindex={1}>
            {HEADS.map((head, at) => (
              <span key={head} role="columnheader" class={at > 3 ? "numeric" : undefined}>{head}</span>
            ))}
          </div>
        </div>
        <VirtualRows
          rows={rows}
          rowHeight={narrow ? 68 : 40}
          keyOf={({ task_id }) => task_id}
          row={(task, at) => <TaskRow task={task} at={at} />}
          onEnd={onEnd}
        />
      </div>
      {hasMore && <p class="muted small pad" role="status">More is read as you scroll…</p>}
    </div>
  );
}

function TaskRow({ task, at }: { task: Task; at: number }): JSX.Element {
  return (
    <div role="row" class="task-row" aria-rowindex={at + 2} data-task={task.task_id}>
      <span role="cell" class="cell-id">
        <a data-row class="mono clip" href={`/tasks/${encodeURIComponent(task.task_id)}`}>{task.task_id}</a>
      </span>
      <span role="cell" class="cell-status">
        <StatusBadge status={task.status} />
        {task.progress && task.status === "running" && (
          <span class="muted small">
            {Math.floor(task.progress.done / Math.max(1, task.progress.total) * 100)} %
          </span>
        )}
        {task.error && <span class="muted small clip" title={task.error.message}>{task.error.code}</span>}
      </span>
      <span role="cell" class="clip">{task.type}</span>
      <span role="cell" class="clip" dir="auto">{task.brand}</span>
      <span role="cell" class="numeric" data-name="prio">{task.priority}</span>
      <span role="cell" class="numeric" data-name="try">{task.attempts}/{task.max_attempts}</span>
      <span role="cell" class="numeric" data-name="wait">{duration(task.wait_ms)}</span>
      <span role="cell" class="numeric" data-name="run">{duration(task.run_ms)}</span>
      <span role="cell" class="numeric muted">
        <Ago at={task.created_at} />
      </span>
    </div>
  );
}
