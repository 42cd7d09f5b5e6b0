import type { MetricsSummary } from "../metrics/mod.ts";
import type { HttpDeps } from "./deps.ts";
import type { Components, HealthReport } from "./health_report.ts";
import { instantOf } from "./schemas/common.ts";
import { poolStatusBody, queueStatusBody } from "./schemas/queue.ts";

/** Rates and latencies are of the last ten seconds: shorter, and they jump; longer, and they lag. */
const WINDOW_S = 10;
/** The parts are looked at less often than the numbers: search is asked over a thread. */
const PARTS_EVERY_MS = 2000;

/** What `stats` says: its JSON, and the part of it that makes a point of a chart. */
export interface Stats {
  json: string;
  point: string;
}

/** The service in numbers, for those who watch it. */
export class StatsReport {
  readonly #deps: HttpDeps;
  readonly #health: HealthReport;
  #parts: Components | undefined;
  #partsMs = -Infinity;

  constructor(deps: HttpDeps, health: HealthReport) {
    this.#deps = deps;
    this.#health = health;
  }

  async look(): Promise<Stats> {
    const { pool, cache } = this.#deps;
    const queue = await this.#deps.queue.status();
    const nowMs = performance.now();
    if (nowMs - this.#partsMs >= PARTS_EVERY_MS || this.#parts === undefined) {
      this.#partsMs = nowMs;
      this.#parts = this.#health.components(queue, await this.#health.search());
    }
    const metrics = this.#deps.metrics.summary(WINDOW_S) as Partial<MetricsSummary>;
    const memory = Deno.memoryUsage();
    const { hits, staleHits, misses, entries, sizeBytes, maxBytes } = cache.stats();
    const lookups = hits + staleHits + misses;
    const status = pool.status();
    const point = {
      at_ms: Date.now(),
      requests_per_s: metrics.requests?.per_s ?? 0,
      latency_p50_ms: metrics.requests?.latency_ms?.p50 ?? null,
      latency_p99_ms: metrics.requests?.latency_ms?.p99 ?? null,
      completed_per_s: perSecond(metrics.tasks?.completed, metrics.covered_s),
      failed_per_s: perSecond(metrics.tasks?.failed, metrics.covered_s),
      queued: queue.counts.queued,
      delayed: queue.counts.delayed,
      running: queue.counts.running,
      busy_workers: status.busy,
      rss_bytes: memory.rss,
      heap_used_bytes: memory.heapUsed,
      event_loop_p99_ms: metrics.event_loop_delay_ms?.p99 ?? null,
      cache_hit_rate: lookups === 0 ? null : (hits + staleHits) / lookups,
    };
    const body = {
      at: instantOf(point.at_ms),
      ...this.#health.head(this.#parts),
      components: this.#parts,
      chromadb: this.#deps.vectorDatabase.state(),
      queue: queueStatusBody(queue),
      workers: poolStatusBody(status),
      workers_now: (pool.look?.() ?? []).map((worker) => ({
        worker: worker.id,
        state: worker.state,
        in_hand: worker.inHand,
        tasks: worker.tasks.map((task) => ({
          task_id: task.taskId,
          type: task.type,
          attempt: task.attempt,
          brand: task.brand,
          run_ms: task.runMs,
        })),
      })),
      cache: { hits, stale_hits: staleHits, misses, entries, size_bytes: sizeBytes, max_bytes: maxBytes },
      errors_5xx: metrics.requests?.by_status?.["5xx"] ?? 0,
      now: point,
    };
    return { json: JSON.stringify(body), point: JSON.stringify(point) };
  }
}

function perSecond(count: number | undefined, seconds: number | undefined): number {
  return count === undefined || !seconds ? 0 : Math.round(count / seconds * 100) / 100;
}
