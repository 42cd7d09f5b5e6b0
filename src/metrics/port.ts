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

export const SEARCH_MODES = ["hybrid", "vector", "keyword"] as const;
export type SearchMode = typeof SEARCH_MODES[number];

/** `answered` was worked out whole, `cached` was kept, `degraded` is of words alone, `aborted`: nobody waited for it. */
export const SEARCH_OUTCOMES = ["answered", "cached", "degraded", "failed", "aborted"] as const;
export type SearchOutcome = typeof SEARCH_OUTCOMES[number];

/** What search tells the recorder. Only counts. */
export interface SearchRecorder {
  search(sample: { mode: SearchMode; outcome: SearchOutcome; durationMs: number }): void;
}

/**
 * How a turn at a host went: it took the request, said that it is asked too much, was too slow, or did something else;
 * `put_off`: there was no turn within the time its task had.
 */
export const HOST_OUTCOMES = ["answered", "refused", "slow", "other", "put_off"] as const;
export type HostOutcome = typeof HOST_OUTCOMES[number];

/** What those who ask hosts tell the recorder. Only counts. */
export interface HostTurnRecorder {
  hostTurn(sample: {
    host: string;
    outcome: HostOutcome;
    /** Until its turn came, or it was put off. */
    waitMs: number;
    /** From its turn until it was given back; absent where it was put off. */
    heldMs?: number;
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
  /** Every host that is asked, waited for or left alone now. */
  hosts(): HostGauge[];
  /** Creation of the task that has waited longest among the queued, unix ms. */
  oldestQueuedMs(): Promise<number | undefined>;
  /** Undefined where search is off. */
  search(): Promise<SearchGauge | undefined>;
}

/** One host as the gate has it now. */
export interface HostGauge {
  host: string;
  /** Turns being used. */
  held: number;
  waiting: number;
  /** How it may be asked now: less than the settings allow where it has refused. */
  concurrency: number;
  delayMs: number;
  /** Unix ms. */
  leftAloneUntilMs?: number;
}

export interface SearchGauge {
  documents: number;
  chunks: number;
  /** Vectors that are not in the vector database yet. */
  owedVectors: number;
  vectorDatabase: "off" | "starting" | "connected" | "unavailable";
}
