/** What `GET /monitoring/metrics-summary` answers, as far as it is shown. */
export interface Summary {
  window_s: number;
  since: string;
  covered_s: number;
  requests: {
    total: number;
    per_s: number | null;
    statuses: Record<string, number>;
    by_status: Record<string, number>;
    latency_ms: Spread;
    by_route: RouteSummary[];
  };
  tasks: Ends & { by_type: TypeSummary[] };
  event_loop_delay_ms: { p50: number | null; p99: number | null; max: number | null };
  sink: { written: number; dropped: number; last_error: string | null };
}

export interface Spread {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

export interface RouteSummary {
  route: string;
  method: string;
  count: number;
  errors: number;
  statuses: Record<string, number>;
  latency_ms: Spread;
}

interface Ends {
  completed: number;
  failed: number;
  cancelled: number;
  retried: number;
}

export interface TypeSummary extends Ends {
  type: string;
  run_ms: Spread;
  wait_ms: Spread;
}
