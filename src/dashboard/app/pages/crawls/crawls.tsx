import type { JSX } from "preact";
import { usePages } from "../../api/use_pages.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import {
  Ago,
  type Column,
  Empty,
  Loaded,
  MoreButton,
  PageHead,
  Panel,
  ProgressBar,
  StatusBadge,
  Table,
} from "../../ui/mod.ts";
import { type Crawl, isPageTask, progressOf } from "./types.ts";

const COLUMNS: readonly Column<Crawl>[] = [
  {
    name: "Crawl",
    cell: ({ crawl_id, request }) => (
      <>
        <a class="mono block" href={`/crawls/${encodeURIComponent(crawl_id)}`}>{crawl_id}</a>
        <span class="muted small" dir="ltr">{request.start_urls[0]}</span>
      </>
    ),
  },
  { name: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { name: "Pages done", cell: (crawl) => <ProgressBar label="Pages done" {...progressOf(crawl)} /> },
  { name: "Brand", cell: ({ brand }) => brand },
  { name: "Started", cell: ({ created_at }) => <Ago at={created_at} /> },
];

/** All crawls, newest first. */
export function Crawls(): JSX.Element {
  const crawls = usePages(
    "/api/crawl?limit=50",
    (answer: { crawls: Crawl[]; next: string | null }) => answer.crawls,
  );
  useLiveReload(crawls.reload, ({ task_id }) => isPageTask(task_id));
  return (
    <>
      <PageHead title="Crawls" />
      <Loaded resource={crawls}>
        {(list) =>
          list.length === 0
            ? (
              <Empty icon="crawls" title="No crawl yet">
                Start one with <code>POST /api/crawl</code>, or from the page of a{" "}
                <a href="/brands">brand</a>.
              </Empty>
            )
            : (
              <Panel flush>
                <Table
                  cards
                  label="Crawls"
                  columns={COLUMNS}
                  rows={list}
                  keyOf={({ crawl_id }) => crawl_id}
                />
                <MoreButton pages={crawls} />
              </Panel>
            )}
      </Loaded>
    </>
  );
}
