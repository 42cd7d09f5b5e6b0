import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { points, stats } from "../../live/store.ts";
import { bytes, Chart, count, Facts, Loaded, PageHead, Panel, percent, ProgressBar } from "../../ui/mod.ts";
import { Entries } from "./entries.tsx";
import { InvalidateForm } from "./invalidate_form.tsx";

/** What `GET /api/cache/stats` answers. */
interface CacheStats {
  entries: number;
  size_bytes: number;
  max_bytes: number;
  hits: number;
  memory_hits: number;
  stale_hits: number;
  misses: number;
  hit_rate: number | null;
  sets: number;
  deletes: number;
  evictions: number;
  corrupt: number;
  coalesced: number;
  errors: number;
}

/** How the cache does, and how to drop what is in it. */
export function Cache(): JSX.Element {
  const cache = useResource(
    "/api/cache/stats",
    (signal) => api.get<CacheStats>("/api/cache/stats", { signal }),
  );
  // The live connection has the main counters; the others are read again when one of these has moved.
  const live = stats.value?.cache;
  const moved = live && [live.hits, live.misses, live.stale_hits, live.entries, live.size_bytes].join();
  useEffect(() => {
    if (moved !== undefined) cache.reload();
  }, [moved]);
  const history = points.value;
  return (
    <>
      <PageHead title="Cache" />
      <div class="stack">
        <Loaded resource={cache}>
          {(now) => (
            <div class="columns">
              <Panel title="Contents">
                <div class="task-state">
                  <SizeBar size={now.size_bytes} max={now.max_bytes} />
                </div>
                <Facts
                  facts={{
                    "Entries": count(now.entries),
                    "Size": `${bytes(now.size_bytes)} of ${bytes(now.max_bytes)}`,
                    "Written": count(now.sets),
                    "Dropped": count(now.deletes),
                    "Evicted": count(now.evictions),
                    "Damaged": count(now.corrupt),
                  }}
                />
              </Panel>
              <Panel title="Look-ups since the start">
                <Facts
                  facts={{
                    "Hit rate": <b data-cache="hit_rate">{percent(now.hit_rate)}</b>,
                    "Hits": `${count(now.hits)}, ${count(now.memory_hits)} of them from memory`,
                    "Stale hits": count(now.stale_hits),
                    "Misses": count(now.misses),
                    "Shared": `${count(now.coalesced)} calls waited for another's answer`,
                    "Errors": now.errors > 0 ? <b class="bad">{count(now.errors)}</b> : 0,
                  }}
                />
              </Panel>
            </div>
          )}
        </Loaded>
        <Chart
          title="Hit rate, the last five minutes"
          timesMs={history.map(({ at_ms }) => at_ms)}
          series={[{
            name: "hits",
            color: "--violet",
            values: history.map(({ cache_hit_rate }) => cache_hit_rate),
            fill: true,
          }]}
          format={percent}
        />
        <InvalidateForm onDone={cache.reload} />
        <Entries moved={moved} onDropped={cache.reload} />
      </div>
    </>
  );
}

function SizeBar({ size, max }: { size: number; max: number }): JSX.Element {
  return (
    <ProgressBar label="Per cent used" done={Math.round(size / max * 1000) / 10} total={100} message="%" />
  );
}
