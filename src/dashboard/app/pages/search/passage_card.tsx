import type { JSX } from "preact";
import { Ago, Badge, count, percent } from "../../ui/mod.ts";
import { directionOf, markedParts } from "./marked.ts";
import { SourceLink } from "./source_link.tsx";
import type { Passage } from "./types.ts";

/** A passage that was found: where it says so, whence it is, how it was found. */
export function PassageCard(
  { passage, place, titled }: {
    passage: Passage;
    /** From 1. */
    place: number;
    /** With the document's title; under a group's heading it would be said twice. */
    titled: boolean;
  },
): JSX.Element {
  const { lang, heading_path, kind, brand, tags } = passage;
  const direction = directionOf(lang);
  return (
    <article class="passage" data-chunk={passage.chunk_id}>
      <header class="passage-head">
        <span class="passage-place muted" aria-label={`Place ${place}`}>{place}</span>
        <div class="passage-about">
          {titled && (
            <h3 dir="auto">
              <SourceLink {...passage} />
            </h3>
          )}
          {(heading_path.length > 0 || passage.page !== undefined) && (
            <p class="muted small" dir={direction}>
              {[...heading_path, ...(passage.page === undefined ? [] : [`page ${passage.page}`])].join(" › ")}
            </p>
          )}
        </div>
        <span class="passage-badges">
          {kind && <Badge tone="info">{kind}</Badge>}
          <Badge tone="mute">{lang}</Badge>
        </span>
      </header>
      <p class="snippet" dir={direction} lang={lang}>
        {markedParts(passage.snippet).map(({ text, found }, at) =>
          found ? <mark key={at}>{text}</mark> : text
        )}
      </p>
      <ul class="passage-facts small">
        <li>
          words <b>{rank(passage.keyword_rank)}</b>
        </li>
        <li>
          vectors <b>{rank(passage.vector_rank)}</b>
        </li>
        <li title="How much of the query its words have, rare ones weighing more">
          covers <b>{percent(Math.round(passage.coverage * 100) / 100)}</b>
        </li>
        <li title="Comparable within this answer only">
          score <b>{passage.score.toFixed(3)}</b>
        </li>
        <li>
          {passage.source === "upload" ? "handed in" : "fetched"} <Ago at={passage.fetched_at} />
        </li>
        {brand && <li dir="auto">{brand}</li>}
        {tags.length > 0 && <li dir="auto">{tags.join(", ")}</li>}
      </ul>
      <details class="passage-text">
        <summary>Whole passage</summary>
        <pre dir={direction} lang={lang} tabIndex={0}>{passage.text}</pre>
      </details>
    </article>
  );
}

function rank(place: number | null): string {
  return place === null ? "not found" : `#${count(place)}`;
}
