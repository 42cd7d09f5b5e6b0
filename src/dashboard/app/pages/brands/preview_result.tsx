import type { JSX } from "preact";
import { Badge, count, JsonView } from "../../ui/mod.ts";
import type { Preview } from "./types.ts";

/** What a profile read off a page: the fields it found, and of those it did not, how their selectors fared. */
export function PreviewResult({ preview }: { preview: Preview }): JSX.Element {
  const { fields, missing, final_url, url, next_url, task_id, result } = preview;
  const missed = new Set(missing.map(({ field }) => field));
  const found = Object.entries(fields).filter(([name]) => !missed.has(name));
  return (
    <div class="stack" role="region" aria-label="Preview">
      {final_url !== url && <p class="small muted wrap" dir="ltr">Led to {final_url}</p>}
      {found.length > 0 && (
        <dl class="fields">
          {found.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd dir="auto">{shown(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {missing.length > 0 && (
        <ul class="missing" aria-label="Fields that found nothing">
          {missing.map(({ field, type, tried, default_given }) => (
            <li key={field}>
              <p>
                <code>{field}</code> <Badge tone="bad">not found</Badge>{" "}
                <span class="muted small">{type}{default_given && ", its default stands in"}</span>
              </p>
              <ul>
                {tried.map(({ selector, matches, says }) => (
                  <li key={selector} class="small">
                    <code class="wrap">{selector}</code>{" "}
                    <span class="muted">
                      {matches === undefined
                        ? "was tried"
                        : `matches ${count(matches)} element${matches === 1 ? "" : "s"}`}
                      {says && (
                        <>
                          : <bdi>“{says}”</bdi>
                        </>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
      {next_url && <p class="small wrap" dir="ltr">Next page: {next_url}</p>}
      <details class="passage-text">
        <summary>All that the scrape gave</summary>
        <JsonView label="Result" value={result} />
      </details>
      <a class="small" href={`/tasks/${encodeURIComponent(task_id)}`}>The task that did it</a>
    </div>
  );
}

function shown(value: unknown): JSX.Element | string {
  if (value === null || value === undefined) return <span class="muted">nothing</span>;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return <pre class="field-json" dir="auto">{JSON.stringify(value, null, 1)}</pre>;
}
