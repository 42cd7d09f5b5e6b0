import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { points, stats } from "../../live/store.ts";
import type { Stats } from "../../live/types.ts";
import { attempt, Button, confirmed, duration, Loading, PageHead, StatusBadge } from "../../ui/mod.ts";
import { Charts } from "./charts.tsx";
import { Parts } from "./parts.tsx";
import { Tiles } from "./tiles.tsx";
import { TaskTypes } from "./task_types.tsx";
import { Workers } from "./workers.tsx";

/** What runs, what waits, and how the service is. */
export function Overview(): JSX.Element {
  const now = stats.value;
  if (now === undefined) {
    return (
      <>
        <PageHead title="Overview" />
        <Loading lines={8} />
      </>
    );
  }
  return (
    <>
      <PageHead title="Overview">
        <StatusBadge status={now.status} />
        <span class="muted small">up {duration(now.uptime_s * 1000)}</span>
        <PauseButton now={now} />
      </PageHead>
      <Tiles now={now} points={points.value} />
      <Charts points={points.value} />
      <div class="columns">
        <Workers now={now} />
        <div class="stack">
          <Parts now={now} />
          <TaskTypes now={now} />
        </div>
      </div>
    </>
  );
}

function PauseButton({ now }: { now: Stats }): JSX.Element {
  const { paused } = now.queue;
  const change = async () => {
    if (paused) return await attempt("The queue goes on", () => api.post("/api/queue/resume"));
    const yes = await confirmed(
      "Pause the queue?",
      "What runs goes on to its end; nothing new is begun until the queue is resumed.",
      "Pause",
      { danger: false },
    );
    if (yes) await attempt("The queue is paused", () => api.post("/api/queue/pause"));
  };
  return (
    <Button icon={paused ? "play" : "pause"} onClick={change}>
      {paused ? "Resume queue" : "Pause queue"}
    </Button>
  );
}
