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
    by_type: z.array(z.object({
      type: z.string().openapi({ example: "scrape" }),
      ...taskEnds,
      run_ms: spread,
      wait_ms: spread,
    })),
  }).openapi({ description: "Attempts that ended within the window" }),
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
