import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { navigate } from "../../router/router.ts";
import {
  Ago,
  attempt,
  Button,
  confirmed,
  Empty,
  Facts,
  JsonView,
  Loaded,
  PageHead,
  Panel,
} from "../../ui/mod.ts";
import type { PageProps } from "../page.ts";
import { BrandState } from "./brands.tsx";
import { PreviewForm } from "./preview_form.tsx";
import { type Brand, pathOf } from "./types.ts";

/** One brand: what is wrong with its file, what holds, and a try of it on a page. */
export function BrandDetail({ params }: PageProps): JSX.Element {
  const id = params.id!;
  const path = pathOf(id);
  const brand = useResource(path, (signal) => api.get<Brand>(path, { signal }));
  const { data, problem } = brand;
  return (
    <>
      <PageHead title={<bdi>{data?.profile?.title ?? id}</bdi>} back={["/brands", "Brands"]}>
        {data && (
          <>
            <Button icon="retry" onClick={brand.reload}>Read again</Button>
            {data.in_force && <CrawlButton brand={id} />}
          </>
        )}
      </PageHead>
      {data === undefined && problem?.status === 404
        ? <Empty icon="brands" title="There is no such brand">Its file may have gone.</Empty>
        : (
          <Loaded resource={brand}>
            {(each) => (
              <div class="stack">
                <FileErrors brand={each} />
                <div class="columns">
                  <Panel title="Profile" actions={<BrandState file={each} />}>
                    <Facts
                      facts={{
                        "Brand": each.brand,
                        "File": <code>{each.file}</code>,
                        "Read": <Ago at={each.loaded_at} />,
                        "Tasks": <a href={`/tasks?brand=${encodeURIComponent(id)}`}>of this brand</a>,
                        "Search": <a href={`/search?brand=${encodeURIComponent(id)}`}>in its documents</a>,
                      }}
                    />
                    {each.profile && <JsonView label="Profile" value={each.profile} />}
                  </Panel>
                  <PreviewForm
                    brand={id}
                    startUrl={each.profile?.start_urls[0] ?? ""}
                    inForce={each.in_force}
                  />
                </div>
              </div>
            )}
          </Loaded>
        )}
    </>
  );
}

function FileErrors({ brand }: { brand: Brand }): JSX.Element | null {
  const { errors, file, in_force } = brand;
  if (errors.length === 0) return null;
  return (
    <div class="failure" role="alert">
      <div>
        <p class="state-title">
          {file} has errors{in_force ? "; the last good profile holds" : "; no profile is in force"}
        </p>
        <ul class="file-errors">
          {errors.map(({ line, column, path, message }) => (
            <li key={`${line}:${column}:${path}`}>
              <span class="mono nowrap">line {line}, column {column}</span> {path && <code>{path}</code>}{" "}
              <span dir="auto">{message}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function CrawlButton({ brand }: { brand: string }): JSX.Element {
  const crawl = async () => {
    const yes = await confirmed(
      "Crawl this brand?",
      "From the profile's start pages, within its limits.",
      "Start the crawl",
      { danger: false },
    );
    if (!yes) return;
    let crawlId = "";
    const started = await attempt("The crawl has begun", async () => {
      crawlId = (await api.post<{ crawl_id: string }>(`${pathOf(brand)}/crawl`, {})).crawl_id;
    });
    if (started) navigate(`/crawls/${encodeURIComponent(crawlId)}`);
  };
  return <Button kind="primary" icon="crawls" onClick={crawl}>Crawl…</Button>;
}
