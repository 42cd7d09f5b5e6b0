import { z } from "@hono/zod-openapi";
import { instant } from "./common.ts";

const ms = z.number().nullable();

const spread = z.object({
  p50: ms,
  p90: ms,
  p99: ms,
  max: ms,
  mean: ms,
}).openapi("Spread", {
  description:
    "Milliseconds; null where nothing was measured. p50, p90 and p99 are within 2 %, max and mean exact",
});

const byCode = z.record(z.string(), z.int());

const taskEnds = {
  completed: z.int(),
  failed: z.int().openapi({ description: "For good" }),
  cancelled: z.int(),
  retried: z.int().openapi({ description: "Attempts that failed and are followed by another" }),
};

const meanAndMax = z.object({ mean: z.number().nullable(), max: z.number().nullable() });

const searchCounts = {
  queries: z.int(),
  cached: z.int(),
  degraded: z.int().openapi({ description: "Of words alone, as vectors could not be asked" }),
  failed: z.int(),
  aborted: z.int().openapi({ description: "Nobody waited for the answer any more" }),
  latency_ms: spread,
};

const search = z.object({
  ...searchCounts,
  by_mode: z.array(z.object({ mode: z.enum(["hybrid", "vector", "keyword"]), ...searchCounts })),
  documents: z.int().nullable(),
  chunks: z.int().nullable(),
  owed_vectors: z.int().nullable().openapi({ description: "Not in the vector database yet" }),
  vector_database: z.enum(["off", "starting", "connected", "unavailable"]).nullable(),
}).openapi({
  description: "Searches of the window; the index as it is now, null where search is off or did not say",
});

const host = z.object({
  host: z.string().openapi({ description: "`other` for those beyond the first 200 of a stretch of time" }),
  turns: z.int().openapi({ description: "Requests it was given, within the window" }),
  answered: z.int(),
  refused: z.int().openapi({ description: "It said 429 or 503" }),
  slow: z.int(),
  put_off: z.int().openapi({ description: "There was no turn within the time the task had" }),
  wait_ms: meanAndMax,
  held_ms: meanAndMax,
  held: z.int().openapi({ description: "Requests at it now" }),
  waiting: z.int(),
  concurrency: z.number().nullable().openapi({
    description: "As it may be asked now; null where nobody asks it",
  }),
  delay_ms: z.number().nullable(),
  left_alone_until: instant.nullable(),
}).openapi("HostMetrics");

const saturation = z.object({
  workers: z.int(),
  workers_busy: z.int(),
  attempts_in_hand: z.int(),
  busy_share: meanAndMax.openapi({
    description: "Share of the workers that had work, looked at each second of the window",
  }),
  queued: z.int(),
  delayed: z.int(),
  running: z.int(),
  paused: z.boolean(),
  oldest_queued_s: z.number().nullable().openapi({
    description: "0 where nothing waits, null where the queue did not say",
  }),
}).openapi({ description: "How full the service is now" });

export const summarySchema = z.object({
  window_s: z.int().openapi({ description: "The window asked for", example: 300 }),
  since: instant.openapi({ description: "Start of what is really counted: the window's, or the service's" }),
  covered_s: z.number().openapi({ description: "Seconds from `since` to now" }),
  requests: z.object({
    total: z.int(),
    per_s: z.number().nullable(),
    by_status: byCode.openapi({ description: "By class", example: { "2xx": 40, "4xx": 2 } }),
    statuses: byCode.openapi({ description: "By status", example: { "200": 31, "202": 9, "404": 2 } }),
    latency_ms: spread,
    by_route: z.array(z.object({
      route: z.string().openapi({
        description: "The pattern, never the path; `unmatched` where there is none",
        example: "/api/tasks/:task_id",
      }),
      method: z.string().openapi({ example: "GET" }),
      count: z.int(),
      errors: z.int().openapi({ description: "Answers of 500 and above" }),
      statuses: byCode,
      latency_ms: spread,
    })).openapi({ description: "Most asked first" }),
  }),
  tasks: z.object({
    ...taskEnds,
    run_ms: spread,
    wait_ms: spread.openapi({ description: "From acceptance, or the end of its delay, to the start" }),
    by_type: z.array(z.object({
      type: z.string().openapi({ example: "scrape" }),
      ...taskEnds,
      run_ms: spread,
      wait_ms: spread,
    })),
  }).openapi({ description: "Attempts that ended within the window" }),
  search,
  hosts: z.object({
    left_alone: z.int().openapi({
      description: "Hosts that are not asked for now as they said it is too much",
    }),
    by_host: z.array(host).openapi({ description: "100 at most: those left alone, then the most asked" }),
  }),
  saturation,
  cache: z.object({
    since: instant,
    hits: z.int(),
    memory_hits: z.int().openapi({ description: "Of the hits, those from memory" }),
    stale_hits: z.int(),
    misses: z.int(),
    hit_rate: z.number().nullable().openapi({
      description: "Share of look-ups that hit; null before the first",
    }),
    entries: z.int(),
    size_bytes: z.int(),
    evictions: z.int(),
  }).openapi({ description: "Counted since the service's start, not over the window" }),
  event_loop_delay_ms: z.object({ p50: ms, p99: ms, max: ms }).openapi({
    description: "How late the main isolate's event loop was",
  }),
  sink: z.object({
    written: z.int(),
    dropped: z.int(),
    last_error: z.string().nullable(),
  }).openapi({ description: "Lines of `metrics.jsonl` since the start" }),
}).openapi("MetricsSummary");
