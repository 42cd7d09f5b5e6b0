/** One line of `metrics.jsonl`. Labels come from closed sets: the route is the pattern, never the raw path. */
export type MetricsLine = RequestLine | TaskLine;

export interface RequestLine {
  ts: string;
  kind: "request";
  request_id: string;
  method: string;
  /** The route's pattern, `unmatched` for none. */
  route: string;
  status: number;
  duration_ms: number;
  /** Bytes of the answer's body, where known. */
  bytes: number;
}

export interface TaskLine {
  ts: string;
  kind: "task";
  task_id: string;
  type: string;
  /** How the attempt ended: `completed`, `failed`, `cancelled`, or `delayed` when another attempt follows. */
  status: string;
  attempt: number;
  /** Null where it was cancelled before it ran. */
  wait_ms: number | null;
  run_ms: number | null;
  error_code?: string;
  request_id?: string;
}

/** What the middleware and the queue tell the recorder. Both calls only count and push: no I/O, no promise. */
export interface MetricsRecorder {
  request(sample: {
    requestId: string;
    method: string;
    route: string;
    status: number;
    durationMs: number;
    bytes: number;
    /** When it ended, as of `performance.now`, where the caller has just looked: looking twice costs. */
    endedMs?: number;
  }): void;
  task(sample: {
    taskId: string;
    type: string;
    status: "completed" | "failed" | "cancelled" | "delayed";
    attempt: number;
    /** Absent where it was cancelled while it waited. */
    waitMs?: number;
    runMs?: number;
    errorCode?: string;
    requestId?: string;
  }): void;
}

/** Where the lines go. Appends whole lines in batches; never throws into the caller, never holds one. */
export interface MetricsSink extends AsyncDisposable {
  append(line: string): void;
  flush(): Promise<void>;
  stats(): MetricsSinkStats;
}

export interface MetricsSinkStats {
  written: number;
  /** Lines dropped because the disk was full or read-only, or the buffer had reached its bound. */
  dropped: number;
  lastError?: string;
}

/** Gauges the exporter and the summary read when asked; supplied by the composition root. */
export interface MetricsGauges {
  queue(): {
    accepted: number;
    counts: Record<"queued" | "delayed" | "running" | "completed" | "failed" | "cancelled", number>;
    paused: boolean;
  };
  workers(): { workers: number; busy: number; inHand: number; replaced: number; abandoned: number };
  cache(): {
    entries: number;
    sizeBytes: number;
    hits: number;
    memoryHits: number;
    staleHits: number;
    misses: number;
    evictions: number;
  };
}
