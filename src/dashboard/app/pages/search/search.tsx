import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { api, withQuery } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { navigate, place } from "../../router/router.ts";
import { count, Failure, PageHead } from "../../ui/mod.ts";
import { Found } from "./found.tsx";
import { queryOf, type Question, questionOf } from "./question.ts";
import { SearchForm } from "./search_form.tsx";
import type { IndexStatus } from "./types.ts";

/** Tries a search on what was scraped and handed in. */
export function Search(): JSX.Element {
  const { query } = place.value;
  const asked = useMemo(() => questionOf(query), [query]);
  const index = useResource("/api/index", (signal) => api.get<IndexStatus>("/api/index", { signal }));
  const brands = useResource(
    "/api/brands",
    (signal) => api.get<{ brands: { brand: string }[] }>("/api/brands", { signal }),
  );
  const about = index.data;
  const ask = (question: Question) => navigate(withQuery("/search", queryOf(question)));
  return (
    <>
      <PageHead title="Search">
        {about && (
          <span class="muted small">
            {count(about.chunks)} passages of {count(about.documents)} documents
            {about.owed_vectors > 0 && ` · ${count(about.owed_vectors)} without their vectors yet`}
          </span>
        )}
      </PageHead>
      <SearchForm
        asked={asked}
        languages={Object.keys(about?.languages ?? {}).sort()}
        brands={brands.data?.brands.map(({ brand }) => brand) ?? []}
        onAsk={ask}
      />
      {index.problem?.status === 503 && <Failure problem={index.problem} onRetry={index.reload} />}
      <Found asked={asked} isEmpty={about?.documents === 0} />
    </>
  );
}
