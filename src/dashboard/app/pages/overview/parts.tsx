import type { JSX } from "preact";
import type { Stats } from "../../live/types.ts";
import { Panel, StatusBadge } from "../../ui/mod.ts";

const NAMES: Record<string, string> = { chromadb: "Chroma" };

/** The parts of the service: whether each works, and why not. */
export function Parts({ now }: { now: Stats }): JSX.Element {
  return (
    <Panel title="Parts" flush>
      <ul class="parts">
        {Object.entries(now.components).map(([name, { status, reason }]) => (
          <li key={name}>
            <span class="part-name">{NAMES[name] ?? name}</span>
            <StatusBadge status={name === "queue" && now.queue.paused ? "paused" : status} />
            {reason && <span class="muted small part-reason" dir="auto">{reason}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
