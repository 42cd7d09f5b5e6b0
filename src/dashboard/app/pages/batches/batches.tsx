import type { JSX } from "preact";
import { usePages } from "../../api/use_pages.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import {
  Ago,
  type Column,
  count,
  Empty,
  Loaded,
  MoreButton,
  PageHead,
  Panel,
  ProgressBar,
  StatusBadge,
  Table,
} from "../../ui/mod.ts";
import type { Batch } from "./types.ts";

const COLUMNS: readonly Column<Batch>[] = [
  {
    name: "Batch",
    cell: ({ batch_id }) => (
      <a class="mono nowrap" href={`/batches/${encodeURIComponent(batch_id)}`}>{batch_id}</a>
    ),
  },
  { name: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  {
    name: "Done",
    cell: ({ progress, counts }) => (
      <ProgressBar label="Tasks ended" {...progress} failed={counts.failed + counts.cancelled} />
    ),
  },
  { name: "Failed", cell: ({ counts }) => failed(counts.failed), numeric: true },
  { name: "At once", cell: ({ max_concurrent }) => count(max_concurrent), numeric: true },
  { name: "Brand", cell: ({ brand }) => brand },
  { name: "Accepted", cell: ({ created_at }) => <Ago at={created_at} /> },
];

/** All batches, newest first. */
export function Batches(): JSX.Element {
  const batches = usePages(
    "/api/batches?limit=50",
    (answer: { batches: Batch[]; next: string | null }) => answer.batches,
  );
  useLiveReload(batches.reload, ({ batch_id }) => batch_id !== undefined);
  return (
    <>
      <PageHead title="Batches" />
      <Loaded resource={batches}>
        {(list) =>
          list.length === 0
            ? (
              <Empty icon="batches" title="No batch yet">
                Queue one with <code>POST /api/scrape/batch</code>; see <a href="/docs">the reference</a>.
              </Empty>
            )
            : (
              <Panel flush>
                <Table
                  cards
                  label="Batches"
                  columns={COLUMNS}
                  rows={list}
                  keyOf={({ batch_id }) => batch_id}
                />
                <MoreButton pages={batches} />
              </Panel>
            )}
      </Loaded>
    </>
  );
}

function failed(n: number): JSX.Element | number {
  return n > 0 ? <b class="bad">{count(n)}</b> : 0;
}
