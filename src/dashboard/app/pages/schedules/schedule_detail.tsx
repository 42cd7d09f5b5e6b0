import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import { navigate } from "../../router/router.ts";
import {
  Ago,
  count,
  dateTime,
  Empty,
  Facts,
  JsonView,
  Loaded,
  PageHead,
  Panel,
  StatusBadge,
} from "../../ui/mod.ts";
import type { PageProps } from "../page.ts";
import { Rule } from "./rule.tsx";
import { ScheduleActions } from "./schedule_actions.tsx";
import { isOfSchedule, pathOf, type Schedule } from "./types.ts";

/** One schedule: its rule, when it fires next, and what it makes. */
export function ScheduleDetail({ params }: PageProps): JSX.Element {
  const id = params.id!;
  const path = pathOf(id);
  const schedule = useResource(path, (signal) => api.get<Schedule>(path, { signal }));
  useLiveReload(schedule.reload, ({ task_id }) => isOfSchedule(task_id));
  const { data, problem } = schedule;
  return (
    <>
      <PageHead title={<span class="mono title-id">{id}</span>} back={["/schedules", "Schedules"]}>
        {data && (
          <ScheduleActions
            schedule={data}
            onDone={schedule.reload}
            onRemoved={() => navigate("/schedules")}
          />
        )}
      </PageHead>
      {data === undefined && problem?.status === 404
        ? <Empty icon="schedules" title="There is no such schedule" />
        : <Loaded resource={schedule}>{(each) => <State schedule={each} />}</Loaded>}
    </>
  );
}

function State({ schedule }: { schedule: Schedule }): JSX.Element {
  const { paused, if_missed, last_task_id, next_runs } = schedule;
  return (
    <div class="columns">
      <div class="stack">
        <Panel title="State">
          <Facts
            facts={{
              "When": <Rule schedule={schedule} />,
              "Paused": paused ? <StatusBadge status="paused" /> : undefined,
              "If missed": if_missed === "skip" ? "passed over" : "made up for once",
              "Fired": count(schedule.fired),
              "Passed over": count(schedule.skipped),
              "Last fired": <Ago at={schedule.last_run_at} />,
              "Last task": last_task_id && (
                <a class="mono" href={`/tasks/${encodeURIComponent(last_task_id)}`}>{last_task_id}</a>
              ),
              "Changed": <Ago at={schedule.updated_at} />,
            }}
          />
        </Panel>
        <Panel title="Next runs">
          {next_runs.length === 0
            ? <p class="muted">{paused ? "None while it is paused." : "None."}</p>
            : (
              <ol class="next-runs">
                {next_runs.map((at) => (
                  <li key={at}>
                    <span>{dateTime(at)}</span>
                    <span class="muted small">
                      <Ago at={at} />
                    </span>
                  </li>
                ))}
              </ol>
            )}
        </Panel>
      </div>
      <Panel title="The task it makes">
        <JsonView label="Task" value={schedule.task} />
      </Panel>
    </div>
  );
}
