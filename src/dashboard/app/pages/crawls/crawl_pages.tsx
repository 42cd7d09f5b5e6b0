import type { JSX } from "preact";
import { withQuery } from "../../api/client.ts";
import { usePages } from "../../api/use_pages.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import { place, setQuery } from "../../router/router.ts";
import { Badge, type Column, Loaded, MoreButton, Panel, Select, StatusBadge, Table } from "../../ui/mod.ts";
import { type CrawlPage, isTaskOf, PAGE_STATES } from "./types.ts";

const COLUMNS: readonly Column<CrawlPage>[] = [
  { name: "#", cell: ({ number }) => number, numeric: true },
  {
    name: "Page",
    cell: ({ url, title, error, duplicate_of }) => (
      <>
        {title && <bdi class="block">{title}</bdi>}
        <a class="small" href={url} target="_blank" rel="noreferrer noopener" dir="ltr">{url}</a>
        {error && <span class="bad small block" dir="auto">{error.code}: {error.message}</span>}
        {duplicate_of && <span class="muted small block" dir="ltr">same as {duplicate_of}</span>}
      </>
    ),
  },
  { name: "State", cell: ({ state }) => <StatusBadge status={state} /> },
  { name: "Change", cell: ({ change }) => change && <Badge tone="info">{change.replace("_", " ")}</Badge> },
  { name: "HTTP", cell: ({ status_code }) => status_code, numeric: true },
  { name: "Depth", cell: ({ depth }) => depth, numeric: true },
  {
    name: "Result",
    cell: ({ task_id }) => task_id && <a href={`/tasks/${encodeURIComponent(task_id)}`}>Task</a>,
  },
];

/** The pages of a crawl, in the order in which they were found. */
export function CrawlPages({ crawlId }: { crawlId: string }): JSX.Element {
  const state = place.value.query.get("state") ?? "";
  const pages = usePages(
    withQuery(`/api/crawl/${encodeURIComponent(crawlId)}/pages`, { limit: 100, state }),
    (answer: { pages: CrawlPage[]; next: string | null }) => answer.pages,
  );
  useLiveReload(pages.reload, ({ task_id }) => isTaskOf(crawlId, task_id));
  return (
    <Panel
      flush
      title="Pages"
      actions={
        <Select
          label="State"
          value={state}
          options={[["", "Any state"], ...PAGE_STATES.map((each) => [each, each] as const)]}
          onChange={(value) => setQuery({ state: value })}
        />
      }
    >
      <Loaded resource={pages}>
        {(list) => (
          <>
            <Table
              cards
              label="Pages of the crawl"
              columns={COLUMNS}
              rows={list}
              keyOf={({ number }) => String(number)}
              empty={
                <p class="muted pad">
                  {state === "" ? "No page has been found yet." : "No page is in this state."}
                </p>
              }
            />
            <MoreButton pages={pages} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
