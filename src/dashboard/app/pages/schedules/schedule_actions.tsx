import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { attempt, Button, confirmed } from "../../ui/mod.ts";
import { pathOf, type Schedule } from "./types.ts";

/** What can be done with a schedule. `onRemoved` is told in the place of `onDone` once it is gone. */
export function ScheduleActions(
  { schedule, onDone, onRemoved = onDone }: {
    schedule: Schedule;
    onDone: () => void;
    onRemoved?: () => void;
  },
): JSX.Element {
  const { schedule_id: id, paused } = schedule;
  const path = pathOf(id);
  const then = async (work: Promise<boolean>) => void (await work && onDone());
  const remove = async () => {
    const yes = await confirmed(
      "Delete this schedule?",
      <span>
        <bdi>{id}</bdi> fires no more. Tasks it has made stay.
      </span>,
      "Delete the schedule",
    );
    if (yes && await attempt(`${id} is deleted`, () => api.delete(path))) onRemoved();
  };
  return (
    <span class="actions">
      <Button
        icon="play"
        title={`Run ${id} now, beside its times`}
        onClick={() => then(attempt("Queued now", () => api.post(`${path}/trigger`)))}
      >
        Run now
      </Button>
      <Button
        icon={paused ? "check" : "pause"}
        title={`${paused ? "Resume" : "Pause"} ${id}`}
        onClick={() =>
          then(
            attempt(
              paused ? `${id} fires again` : `${id} is paused`,
              () => api.post(`${path}/${paused ? "resume" : "pause"}`),
            ),
          )}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <Button kind="danger" icon="close" title={`Delete ${id}`} onClick={remove}>Delete…</Button>
    </span>
  );
}
