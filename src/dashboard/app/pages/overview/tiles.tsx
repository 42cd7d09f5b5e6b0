import type { ComponentChildren, JSX } from "preact";
import type { Point, Stats } from "../../live/types.ts";
import { bytes, count, duration, percent } from "../../ui/mod.ts";
import { Spark } from "./spark.tsx";

/** The numbers one looks at first. */
export function Tiles({ now, points }: { now: Stats; points: readonly Point[] }): JSX.Element {
  const { counts, oldest_queued_s } = now.queue;
  const values = (pick: (point: Point) => number | null) => points.slice(-60).map(pick);
  return (
    <section class="tiles" aria-label="Now">
      <Tile
        name="Waiting"
        href="/tasks?status=queued"
        value={count(counts.queued)}
        id="queued"
        note={oldest_queued_s === null ? "nothing waits" : `oldest ${duration(oldest_queued_s * 1000)}`}
      >
        <Spark values={values((p) => p.queued)} tone="blue" />
      </Tile>
      <Tile
        name="Running"
        href="/tasks?status=running"
        value={count(counts.running)}
        id="running"
        note={`${now.workers.busy} of ${now.workers.workers} workers busy`}
      >
        <Spark values={values((p) => p.running)} tone="amber" />
      </Tile>
      <Tile
        name="Failed"
        href="/tasks?status=failed"
        value={count(counts.failed)}
        id="failed"
        note={`${count(counts.completed)} completed`}
        bad={counts.failed > 0}
      >
        <Spark values={values((p) => p.failed_per_s)} tone="red" />
      </Tile>
      <Tile
        name="Tasks ended"
        value={`${count(now.now.completed_per_s + now.now.failed_per_s)}/s`}
        id="throughput"
        note={`${count(now.queue.throughput_per_s)}/s over a minute`}
      >
        <Spark values={values((p) => p.completed_per_s)} tone="green" />
      </Tile>
      <Tile
        name="Requests"
        value={`${count(now.now.requests_per_s)}/s`}
        id="requests"
        note={`p99 ${duration(now.now.latency_p99_ms)}`}
      >
        <Spark values={values((p) => p.requests_per_s)} tone="blue" />
      </Tile>
      <Tile
        name="Cache hits"
        href="/cache"
        value={percent(now.now.cache_hit_rate)}
        id="cache"
        note={`${count(now.cache.entries)} entries, ${bytes(now.cache.size_bytes)}`}
      >
        <Spark values={values((p) => p.cache_hit_rate)} tone="violet" />
      </Tile>
    </section>
  );
}

function Tile(
  { name, value, note, href, bad, id, children }: {
    name: string;
    value: string;
    note: string;
    href?: string;
    bad?: boolean;
    /** For tests, which look for the number. */
    id: string;
    children: ComponentChildren;
  },
): JSX.Element {
  const content = (
    <>
      <span class="tile-name">{name}</span>
      <span class={`tile-value${bad ? " tile-bad" : ""}`} data-tile={id}>{value}</span>
      <span class="tile-note">{note}</span>
      {children}
    </>
  );
  return href === undefined ? <div class="tile">{content}</div> : <a class="tile" href={href}>{content}</a>;
}
