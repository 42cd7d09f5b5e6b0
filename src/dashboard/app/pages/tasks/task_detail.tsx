import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { Task } from "../../api/types.ts";
import { useResource } from "../../api/use_resource.ts";
import { useTaskNews } from "../../live/use_task_news.ts";
import {
  Ago,
  duration,
  Empty,
  Facts,
  Failure,
  JsonView,
  Loading,
  PageHead,
  Panel,
  ProgressBar,
  StatusBadge,
} from "../../ui/mod.ts";
import type { PageProps } from "../page.ts";
import { TaskActions } from "./task_actions.tsx";
import { Timeline, type TimelineEvent } from "./timeline.tsx";

/** Least time between two readings while the task changes. */
const EVERY_MS = 300;

/** One task: what it was asked, what became of it and why. */
export function TaskDetail({ params }: PageProps): JSX.Element {
  const id = params.id!;
  const path = `/api/tasks/${encodeURIComponent(id)}`;
  const task = useResource(path, (signal) => api.get<Task>(`${path}?input=true`, { signal }));
  const timeline = useResource(
    `${path}/timeline`,
    (signal) => api.get<{ events: TimelineEvent[]; complete: boolean }>(`${path}/timeline`, { signal }),
  );
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const reload = () => {
    task.reload();
    timeline.reload();
  };
  useTaskNews(({ tasks, gap }) => {
    if (!gap && !tasks.some(({ task_id }) => task_id === id)) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      reload();
    }, EVERY_MS);
  });

  const { data, problem } = task;
  const head = (children?: JSX.Element) => (
    <PageHead title={<span class="mono title-id">{id}</span>} back={["/tasks", "Tasks"]}>{children}</PageHead>
  );
  if (data === undefined) {
    return (
      <>
        {head()}
        {problem === undefined
          ? <Loading lines={8} />
          : problem.status === 404
          ? <Empty title="There is no such task">It may have been forgotten; see RETAIN_COMPLETED_S.</Empty>
          : <Failure problem={problem} onRetry={task.reload} />}
      </>
    );
  }
  return (
    <>
      {head(<TaskActions task={data} onDone={reload} />)}
      <div class="columns">
        <div class="stack">
          <Panel title="State">
            <div class="task-state">
              <StatusBadge status={data.status} />
              {data.cancel_requested && <span class="muted">told to stop</span>}
              {data.progress && (
                <ProgressBar
                  done={data.progress.done}
                  total={data.progress.total}
                  message={data.progress.message}
                  label="Progress"
                />
              )}
            </div>
            {data.error && (
              <div class="failure" role="group" aria-label="Error">
                <div>
                  <p class="state-title">
                    <code>{data.error.code}</code>
                  </p>
                  <p dir="auto" class="wrap">{data.error.message}</p>
                  <p class="muted small">
                    {data.error.retryable ? "Another attempt may help" : "Another attempt would fail alike"}
                    {data.error.status_code !== undefined && ` · HTTP ${data.error.status_code}`}
                  </p>
                </div>
              </div>
            )}
            <TaskFacts task={data} />
          </Panel>
          <Panel title="Timeline">
            <Timeline
              task={data}
              events={timeline.data?.events ?? []}
              complete={timeline.data?.complete ?? true}
            />
          </Panel>
        </div>
        <div class="stack">
          <Panel title="Input">
            {data.input === undefined
              ? <p class="muted">None</p>
              : <JsonView label="Input" value={data.input} />}
          </Panel>
          <Panel title="Result">
            {data.result === undefined
              ? <p class="muted">{data.finished_at === undefined ? "Not yet" : "None"}</p>
              : <JsonView label="Result" value={data.result} />}
          </Panel>
        </div>
      </div>
    </>
  );
}

function TaskFacts({ task }: { task: Task }): JSX.Element {
  const { type, brand, batch_id, schedule_id, run_at, expires_at, request_id } = task;
  return (
    <Facts
      facts={{
        "Type": <a href={`/tasks?type=${encodeURIComponent(type)}`}>{type}</a>,
        "Priority": task.priority,
        "Attempts": `${task.attempts} of ${task.max_attempts}`,
        "Brand": brand && <a href={`/tasks?brand=${encodeURIComponent(brand)}`}>{brand}</a>,
        "Tags": task.tags?.join(", "),
        "Batch": batch_id && <a class="mono" href={`/batches/${batch_id}`}>{batch_id}</a>,
        "Schedule": schedule_id && <a class="mono" href={`/schedules/${schedule_id}`}>{schedule_id}</a>,
        "Accepted": <Ago at={task.created_at} />,
        "Runs at": run_at && <Ago at={run_at} />,
        "Expires": expires_at && <Ago at={expires_at} />,
        "Waited": task.wait_ms === undefined ? undefined : duration(task.wait_ms),
        "Ran": task.run_ms === undefined ? undefined : duration(task.run_ms),
        "Depends on": task.depends_on?.map((each) => (
          <a key={each} class="mono block" href={`/tasks/${encodeURIComponent(each)}`}>{each}</a>
        )),
        "Limits": task.limit_keys?.join(", "),
        "Request": request_id && <code>{request_id}</code>,
      }}
    />
  );
}
