import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { useLiveReload } from "../../live/use_live_reload.ts";
import {
  Ago,
  attempt,
  Button,
  confirmed,
  count,
  duration,
  Empty,
  Facts,
  Icon,
  JsonView,
  Loaded,
  PageHead,
  Panel,
  ProgressBar,
  StatusBadge,
} from "../../ui/mod.ts";
import type { PageProps } from "../page.ts";
import { CrawlPages } from "./crawl_pages.tsx";
import { type Crawl, isTaskOf, PAGE_STATES, progressOf } from "./types.ts";

/** One crawl: how far it is, and the pages it found. */
export function CrawlDetail({ params }: PageProps): JSX.Element {
  const id = params.id!;
  const path = `/api/crawl/${encodeURIComponent(id)}`;
  const crawl = useResource(path, (signal) => api.get<Crawl>(path, { signal }));
  useLiveReload(crawl.reload, ({ task_id }) => isTaskOf(id, task_id));
  const cancel = async () => {
    const yes = await confirmed(
      "Cancel this crawl?",
      "What runs is stopped, what waits is dropped; what is done stays to be read.",
      "Cancel the crawl",
    );
    if (yes && await attempt("The crawl is cancelled", () => api.delete(path))) crawl.reload();
  };
  const title = <span class="mono title-id">{id}</span>;
  if (crawl.problem?.status === 404 && crawl.data === undefined) {
    return (
      <>
        <PageHead title={title} back={["/crawls", "Crawls"]} />
        <Empty icon="crawls" title="There is no such crawl">It may have been forgotten.</Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title={title} back={["/crawls", "Crawls"]}>
        {crawl.data?.status === "running" && (
          <Button kind="danger" icon="close" onClick={cancel}>Cancel…</Button>
        )}
      </PageHead>
      <div class="stack">
        <Loaded resource={crawl}>{(data) => <State crawl={data} />}</Loaded>
        <CrawlPages crawlId={id} />
      </div>
    </>
  );
}

function State({ crawl }: { crawl: Crawl }): JSX.Element {
  const { counts, changes = {}, request, warnings } = crawl;
  const { start_urls, max_pages, max_depth, site } = request;
  return (
    <div class="columns">
      <Panel title="State">
        <div class="task-state">
          <StatusBadge status={crawl.status} />
          <ProgressBar label="Pages done" {...progressOf(crawl)} />
        </div>
        <ul class="counts">
          {PAGE_STATES.filter((each) => counts[each]).map((each) => (
            <li key={each}>
              <b>{count(counts[each])}</b> {each}
            </li>
          ))}
          {Object.entries(changes).filter(([, n]) => n > 0).map(([change, n]) => (
            <li key={`change ${change}`}>
              <b>{count(n)}</b> {change.replace("_", " ")}
            </li>
          ))}
        </ul>
        {crawl.limit_reached && (
          <p class="small">
            There were more pages in scope than <code>max_pages</code>.
          </p>
        )}
        {warnings.length > 0 && (
          <div class="notice" role="group" aria-label="Warnings">
            <Icon name="alert" />
            <ul>{warnings.map((each) => <li key={each} dir="auto">{each}</li>)}</ul>
          </div>
        )}
        <Facts
          facts={{
            "From": start_urls.slice(0, 5).map((url) => <span key={url} class="block" dir="ltr">{url}</span>),
            "More starts": start_urls.length > 5 ? count(start_urls.length - 5) : undefined,
            "Brand": crawl.brand,
            "Site": site,
            "Limits": [
              max_pages === undefined ? "" : `${count(max_pages)} pages`,
              max_depth === undefined ? "" : `${max_depth} links deep`,
            ].filter(Boolean).join(", "),
            "Started": <Ago at={crawl.created_at} />,
            "Ended": crawl.finished_at && <Ago at={crawl.finished_at} />,
            "Took": crawl.finished_at &&
              duration(Date.parse(crawl.finished_at) - Date.parse(crawl.created_at)),
          }}
        />
      </Panel>
      <Panel title="Asked for">
        <JsonView label="Request" value={request} />
      </Panel>
    </div>
  );
}
