import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import { Ago, type Column, count, Empty, Loaded, PageHead, Panel, StatusBadge, Table } from "../../ui/mod.ts";
import { Rule } from "./rule.tsx";
import { ScheduleActions } from "./schedule_actions.tsx";
import { isOfSchedule, type Schedule } from "./types.ts";

/** All schedules. */
export function Schedules(): JSX.Element {
  const list = useResource(
    "/api/schedules",
    (signal) => api.get<{ schedules: Schedule[] }>("/api/schedules", { signal }),
  );
  useLiveReload(list.reload, ({ task_id }) => isOfSchedule(task_id));
  const columns: readonly Column<Schedule>[] = [
    {
      name: "Schedule",
      cell: ({ schedule_id }) => (
        <a class="mono" href={`/schedules/${encodeURIComponent(schedule_id)}`}>{schedule_id}</a>
      ),
    },
    { name: "When", cell: (schedule) => <Rule schedule={schedule} /> },
    { name: "Task", cell: ({ task }) => task.type },
    {
      name: "Next",
      cell: ({ paused, next_run_at }) => paused ? <StatusBadge status="paused" /> : <Ago at={next_run_at} />,
    },
    {
      name: "Last",
      cell: ({ last_run_at, last_task_id }) =>
        last_task_id
          ? (
            <a href={`/tasks/${encodeURIComponent(last_task_id)}`}>
              <Ago at={last_run_at} />
            </a>
          )
          : <Ago at={last_run_at} />,
    },
    { name: "Fired", cell: ({ fired }) => count(fired), numeric: true },
    {
      name: "Actions",
      cell: (schedule) => <ScheduleActions schedule={schedule} onDone={list.reload} />,
    },
  ];
  return (
    <>
      <PageHead title="Schedules" />
      <Loaded resource={list}>
        {({ schedules }) =>
          schedules.length === 0
            ? (
              <Empty icon="schedules" title="No schedule yet">
                Make one with <code>PUT /api/schedules/&#123;id&#125;</code>; see{" "}
                <a href="/docs">the reference</a>.
              </Empty>
            )
            : (
              <Panel flush>
                <Table
                  cards
                  label="Schedules"
                  columns={columns}
                  rows={schedules}
                  keyOf={({ schedule_id }) => schedule_id}
                />
              </Panel>
            )}
      </Loaded>
    </>
  );
}
