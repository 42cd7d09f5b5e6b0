import type { JSX } from "preact";
import type { Counts } from "../../api/types.ts";
import type { Stats } from "../../live/types.ts";
import { type Column, count, Panel, Table } from "../../ui/mod.ts";

type Row = [type: string, counts: Counts];

const COLUMNS: readonly Column<Row>[] = [
  { name: "Type", cell: ([type]) => <a href={`/tasks?type=${encodeURIComponent(type)}`}>{type}</a> },
  { name: "Waiting", cell: ([, c]) => count(c.queued + c.delayed), numeric: true },
  { name: "Running", cell: ([, c]) => count(c.running), numeric: true },
  { name: "Done", cell: ([, c]) => count(c.completed), numeric: true },
  { name: "Failed", cell: ([, c]) => c.failed > 0 ? <b class="bad">{count(c.failed)}</b> : 0, numeric: true },
];

/** Tasks by type. */
export function TaskTypes({ now }: { now: Stats }): JSX.Element {
  return (
    <Panel title="Tasks by type" flush>
      <Table
        label="Tasks by type"
        columns={COLUMNS}
        rows={Object.entries(now.queue.types)}
        keyOf={([type]) => type}
        empty={<p class="muted pad">No task has been accepted yet.</p>}
      />
    </Panel>
  );
}
