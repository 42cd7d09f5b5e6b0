import type { JSX } from "preact";
import type { Stats, WorkerNow } from "../../live/types.ts";
import { Badge, duration, Panel } from "../../ui/mod.ts";

/** Each worker with what it has in hand. */
export function Workers({ now }: { now: Stats }): JSX.Element {
  const { workers, workers_now } = now;
  return (
    <Panel
      title="Workers"
      actions={
        <span class="muted small">
          {workers.alive} alive · {workers.sandboxes.alive} sandboxes
          {workers.replaced > 0 && ` · ${workers.replaced} replaced`}
        </span>
      }
      flush
    >
      <ul class="workers">
        {workers_now.map((worker) => <Worker key={worker.worker} worker={worker} />)}
      </ul>
    </Panel>
  );
}

function Worker({ worker }: { worker: WorkerNow }): JSX.Element {
  const { tasks, in_hand, state } = worker;
  return (
    <li class="worker">
      <span class="worker-name">
        <span
          class={`dot ${in_hand > 0 ? "dot-busy" : state === "ready" ? "dot-ok" : "dot-bad"}`}
          aria-hidden="true"
        />
        {worker.worker}
      </span>
      {tasks.length === 0
        ? <span class="muted">{state === "ready" ? "idle" : state}</span>
        : (
          <ul class="worker-tasks">
            {tasks.slice(0, 5).map((task) => (
              <li key={task.task_id}>
                <Badge tone="busy">{task.type}</Badge>
                <a class="mono clip" href={`/tasks/${task.task_id}`}>{task.task_id}</a>
                {task.attempt > 1 && <span class="muted small">attempt {task.attempt}</span>}
                <span class="muted nowrap">{duration(task.run_ms)}</span>
              </li>
            ))}
            {in_hand > 5 && <li class="muted small">and {in_hand - Math.min(5, tasks.length)} more</li>}
          </ul>
        )}
    </li>
  );
}
