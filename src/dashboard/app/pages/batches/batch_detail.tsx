import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { type Task, TASK_STATUSES } from "../../api/types.ts";
import { usePages } from "../../api/use_pages.ts";
import { useResource } from "../../api/use_resource.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import {
  Ago,
  attempt,
  Button,
  type Column,
  confirmed,
  count,
  duration,
  Empty,
  Facts,
  Loaded,
  MoreButton,
  PageHead,
  Panel,
  ProgressBar,
  StatusBadge,
  Table,
} from "../../ui/mod.ts";
import type { PageProps } from "../page.ts";
import { type Batch, isOpen } from "./types.ts";

const COLUMNS: readonly Column<Task>[] = [
  {
    name: "Task",
    cell: ({ task_id }) => <a class="mono" href={`/tasks/${encodeURIComponent(task_id)}`}>{task_id}</a>,
  },
  { name: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { name: "Error", cell: ({ error }) => error && <span class="bad">{error.code}</span> },
  { name: "Attempts", cell: ({ attempts }) => attempts, numeric: true },
  { name: "Ran", cell: ({ run_ms }) => duration(run_ms), numeric: true },
];

/** One batch: how far it is, and its tasks, each with its result. */
export function BatchDetail({ params }: PageProps): JSX.Element {
  const id = params.id!;
  const path = `/api/batches/${encodeURIComponent(id)}`;
  const batch = useResource(path, (signal) => api.get<Batch>(path, { signal }));
  const tasks = usePages(
    `/api/tasks?limit=50&batch_id=${encodeURIComponent(id)}`,
    (answer: { tasks: Task[]; next: string | null }) => answer.tasks,
  );
  const reload = () => {
    batch.reload();
    tasks.reload();
  };
  useLiveReload(reload, ({ batch_id }) => batch_id === id);

  const cancel = async (open: number) => {
    const yes = await confirmed(
      "Cancel this batch?",
      `${
        count(open)
      } of its tasks have not ended: those that wait never begin, those that run are told to stop.`,
      "Cancel the batch",
    );
    if (yes && await attempt("The batch is cancelled", () => api.delete(path))) reload();
  };
  const title = <span class="mono title-id">{id}</span>;
  if (batch.problem?.status === 404 && batch.data === undefined) {
    return (
      <>
        <PageHead title={title} back={["/batches", "Batches"]} />
        <Empty icon="batches" title="There is no such batch">It goes once its tasks are forgotten.</Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title={title} back={["/batches", "Batches"]}>
        {batch.data && isOpen(batch.data) && (
          <Button
            kind="danger"
            icon="close"
            onClick={() => cancel(batch.data!.progress.total - batch.data!.progress.done)}
          >
            Cancel…
          </Button>
        )}
      </PageHead>
      <div class="stack">
        <Loaded resource={batch}>{(data) => <State batch={data} />}</Loaded>
        <Panel
          flush
          title="Tasks, newest first"
          actions={
            <a class="small" href={`/tasks?batch_id=${encodeURIComponent(id)}`}>All in the list of tasks</a>
          }
        >
          <Loaded resource={tasks}>
            {(list) => (
              <>
                <Table
                  cards
                  label="Tasks of the batch"
                  columns={COLUMNS}
                  rows={list}
                  keyOf={({ task_id }) => task_id}
                  empty={<p class="muted pad">Its tasks have been forgotten.</p>}
                />
                <MoreButton pages={tasks} />
              </>
            )}
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

function State({ batch }: { batch: Batch }): JSX.Element {
  const { counts, progress, status, on_complete_task_id } = batch;
  return (
    <Panel title="State">
      <div class="task-state">
        <StatusBadge status={status} />
        <ProgressBar label="Tasks ended" {...progress} failed={counts.failed + counts.cancelled} />
      </div>
      <ul class="counts">
        {TASK_STATUSES.filter((each) => counts[each] > 0).map((each) => (
          <li key={each}>
            <b>{count(counts[each])}</b> {each}
          </li>
        ))}
      </ul>
      <Facts
        facts={{
          "Brand": batch.brand,
          "At once": `${count(batch.max_concurrent)} at most`,
          "Accepted": <Ago at={batch.created_at} />,
          "Ended": batch.finished_at && <Ago at={batch.finished_at} />,
          "Took": batch.finished_at &&
            duration(Date.parse(batch.finished_at) - Date.parse(batch.created_at)),
          "Runs then": on_complete_task_id && (
            <a class="mono" href={`/tasks/${encodeURIComponent(on_complete_task_id)}`}>
              {on_complete_task_id}
            </a>
          ),
        }}
      />
    </Panel>
  );
}
