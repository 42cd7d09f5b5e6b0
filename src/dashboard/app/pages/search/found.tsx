import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { duration, Empty, Icon, Loaded, Panel } from "../../ui/mod.ts";
import { PassageCard } from "./passage_card.tsx";
import { type Question, searchPath } from "./question.ts";
import { SourceLink } from "./source_link.tsx";
import type { SearchAnswer } from "./types.ts";

/** What was found. `isEmpty`: there is nothing to be found yet. */
export function Found({ asked, isEmpty }: { asked: Question; isEmpty: boolean }): JSX.Element {
  if (asked.q === "") {
    return isEmpty
      ? (
        <Empty icon="search" title="Nothing is indexed yet">
          Scrape a page, or hand in a document with <code>POST /api/documents</code>.
        </Empty>
      )
      : <Empty icon="search" title="Ask something">In any language; typos are seen to.</Empty>;
  }
  return <Answer asked={asked} />;
}

function Answer({ asked }: { asked: Question }): JSX.Element {
  const path = searchPath(asked);
  const answer = useResource(path, (signal) => api.get<SearchAnswer>(path, { signal }));
  return (
    <div class="found" aria-busy={answer.loading}>
      <Loaded resource={answer}>
        {(found) => (
          <>
            <p class="muted small" role="status">
              {found.pages === undefined
                ? things(found.passages.length, "passage")
                : `${things(found.passages.length, "passage")} of ${things(found.pages.length, "page")}`} ·
              {" "}
              {duration(found.took_ms)}
              {found.cached && " · from the cache"}
            </p>
            <Notices found={found} />
            {found.passages.length === 0
              ? (
                <Empty icon="search" title="Nothing was found">
                  Other words, another language or brand may help.
                </Empty>
              )
              : found.pages === undefined
              ? (
                <Panel flush title="Passages">
                  {found.passages.map((passage, at) => (
                    <PassageCard key={passage.chunk_id} passage={passage} place={at + 1} titled />
                  ))}
                </Panel>
              )
              : <Groups found={found} />}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Groups({ found }: { found: SearchAnswer }): JSX.Element {
  const places = new Map(found.passages.map((passage, at) => [passage.chunk_id, { passage, place: at + 1 }]));
  return (
    <div class="stack">
      {found.pages!.map((page) => (
        <Panel key={page.document_id} flush title={<SourceLink {...page} />}>
          {page.chunk_ids.map((id) => {
            const each = places.get(id);
            return each && <PassageCard key={id} passage={each.passage} place={each.place} titled={false} />;
          })}
        </Panel>
      ))}
    </div>
  );
}

function Notices({ found }: { found: SearchAnswer }): JSX.Element {
  return (
    <>
      {found.degraded && (
        <div class="notice" role="alert">
          <Icon name="alert" />
          <div>
            <p class="state-title">Found by words alone</p>
            <p dir="auto">{found.degraded_reason ?? "The vectors could not be asked."}</p>
          </div>
        </div>
      )}
      {found.corrections.length > 0 && (
        <p class="small">
          No document has {found.corrections.map(({ from, to }, at) => (
            <span key={from}>
              {at > 0 && ", "}
              <bdi>“{from}”</bdi>; <bdi>{to.map((each) => `“${each}”`).join(", ")}</bdi> was looked for
            </span>
          ))}
          .
        </p>
      )}
    </>
  );
}

function things(n: number, name: string): string {
  return `${n} ${name}${n === 1 ? "" : "s"}`;
}
