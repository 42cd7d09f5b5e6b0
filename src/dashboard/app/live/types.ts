import type { Counts, TaskNews } from "../api/types.ts";

/** A moment of the service, as charts take it. */
export interface Point {
  at_ms: number;
  requests_per_s: number;
  latency_p50_ms: number | null;
  latency_p99_ms: number | null;
  completed_per_s: number;
  failed_per_s: number;
  queued: number;
  delayed: number;
  running: number;
  busy_workers: number;
  rss_bytes: number;
  heap_used_bytes: number;
  event_loop_p99_ms: number | null;
  cache_hit_rate: number | null;
}

export interface Part {
  status: string;
  reason?: string;
}

export interface WorkerNow {
  worker: number;
  state: string;
  in_hand: number;
  tasks: { task_id: string; type: string; attempt: number; brand?: string; run_ms: number }[];
}

/** The event `stats` of `/api/events?only=stats`. */
export interface Stats {
  at: string;
  status: "ok" | "degraded" | "stopping";
  version: string;
  uptime_s: number;
  components: Record<string, Part>;
  chromadb: { status: string; mode: string; version?: string; reason?: string; restarts: number };
  queue: {
    running: boolean;
    workers: number;
    busy: number;
    paused: boolean;
    paused_keys: string[];
    counts: Counts;
    accepted: number;
    oldest_queued_s: number | null;
    throughput_per_s: number;
    types: Record<string, Counts>;
  };
  workers: {
    workers: number;
    alive: number;
    busy: number;
    in_hand: number;
    replaced: number;
    abandoned: number;
    sandboxes: { alive: number; killed: number };
  };
  workers_now: WorkerNow[];
  cache: {
    hits: number;
    stale_hits: number;
    misses: number;
    entries: number;
    size_bytes: number;
    max_bytes: number;
  };
  errors_5xx: number;
  now: Point;
  /** One more than that of the message before; a gap means that some were missed. */
  seq: number;
  points: Point[];
  tasks: TaskNews[];
  more_tasks: number;
}
