import type { QueueStatus } from "../queue/service_port.ts";
import { byteLength } from "./byte_length.ts";
import { settlesWithin } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";
import type { HttpDeps } from "./deps.ts";
import { type SearchComponent, searchComponent } from "./search_health.ts";

export type ComponentStatus = "ok" | "degraded" | "unavailable";

export interface Component {
  status: ComponentStatus;
  reason?: string;
}

export interface Components {
  queue: Component;
  workers: Component;
  cache: Component;
  metrics: Component;
  chromadb: { status: "off" | "starting" | "connected" | "unavailable"; reason?: string };
  search: SearchComponent;
}

/** JSON of an answer, with its size in UTF-8. */
export interface KeptText {
  text: string;
  bytes: number;
}

export interface HealthReportOptions {
  /** How long one look at the components serves; the probes of ten orchestrators cost no more than one. @default 250 */
  maxAgeMs?: number;
  /** How long the queue, and the index, may take to answer before it counts as unavailable. @default 150 */
  queueTimeoutMs?: number;
  /** Monotonic milliseconds. @default performance.now */
  nowMs?: () => number;
}

/** A dropped metrics line or a failure of the cache's store degrades the service for this long. */
const TROUBLE_MS = 60_000;

/**
 * What `/health` says. Of its parts only the queue and the index are asked with a wait, at the same time, and that
 * wait has an end: a probe gets its answer while the disk hangs.
 */
export class HealthReport {
  readonly #deps: HttpDeps;
  readonly #maxAgeMs: number;
  readonly #queueTimeoutMs: number;
  #kept: KeptText | undefined;
  #keptMs = 0;
  /** The look that is under way: those who come meanwhile wait for it and do not begin another. */
  #renewing: Promise<string> | undefined;
  readonly #nowMs: () => number;
  /** Metrics lines that were dropped, failures of the cache's store: each a count that only grows. */
  readonly #dropped = new RecentGrowth();
  readonly #cacheErrors = new RecentGrowth();

  constructor(deps: HttpDeps, options: HealthReportOptions = {}) {
    this.#deps = deps;
    this.#maxAgeMs = options.maxAgeMs ?? 250;
    this.#queueTimeoutMs = options.queueTimeoutMs ?? 150;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** JSON of the answer: at once where it is fresh enough, else after a look at the components. */
  text(): string | Promise<string> {
    return this.kept(performance.now())?.text ?? this.#renew();
  }

  /** What `text` would answer at once; undefined where it has to look. `nowMs` as of `performance.now`. */
  kept(nowMs: number): KeptText | undefined {
    const ageMs = nowMs - this.#keptMs;
    if (ageMs >= this.#maxAgeMs || this.#kept === undefined) return undefined;
    // Looked at ahead of time, so that nobody who asks often ever waits; a fault is for those who do.
    if (ageMs > this.#maxAgeMs / 2 && this.#renewing === undefined) this.#renew().catch(() => {});
    return this.#kept;
  }

  /** The next `text` looks anew: what is stopping must not say `ok` for another quarter of a second. */
  forget(): void {
    this.#kept = undefined;
  }

  #renew(): Promise<string> {
    return this.#renewing ??= this.#look().finally(() => this.#renewing = undefined);
  }

  async #look(): Promise<string> {
    const [queue, search] = await Promise.all([this.queueStatus(), this.search()]);
    const components = this.components(queue, search);
    const text = JSON.stringify({ ...this.head(components), components });
    this.#kept = { text, bytes: byteLength(text) };
    this.#keptMs = performance.now();
    return text;
  }

  head(components: Components) {
    return {
      status: this.#deps.health.stopping() ? "stopping" : isDegraded(components) ? "degraded" : "ok",
      version: this.#deps.version,
      uptime_s: Math.max(0, Math.round((Date.now() - this.#deps.startedMs) / 100) / 10),
    };
  }

  /** The state of each part; `queue` is its status, or why there is none. */
  components(queue: QueueStatus | string, search: SearchComponent): Components {
    const { pool, cache, vectorDatabase } = this.#deps;
    const { status: chroma, reason } = vectorDatabase.state();
    return {
      queue: typeof queue === "string"
        ? { status: "unavailable", reason: queue }
        : component(() => queue.writeFault),
      workers: component(() => {
        const { alive, workers, abandoned } = pool.status();
        if (alive < workers) return `${alive} of ${workers} workers are alive`;
        return abandoned > 0 ? `${abandoned} threads cannot be stopped and hold a core each` : undefined;
      }),
      cache: component(() => {
        const { errors } = cache.stats();
        return this.#cacheErrors.isRecent(errors, this.#nowMs())
          ? `${errors} calls of its store have failed, the last within a minute: look at the disk and the rights of CACHE_DIR`
          : undefined;
      }),
      metrics: component(() => this.#dropping()),
      chromadb: { status: chroma, ...(reason === undefined ? {} : { reason }) },
      search,
    };
  }

  /** How search is. */
  search(): Promise<SearchComponent> {
    return searchComponent(this.#deps.search, this.#queueTimeoutMs);
  }

  #dropping(): string | undefined {
    const { dropped, lastError } = this.#deps.metrics.sinkStats();
    if (!this.#dropped.isRecent(dropped, this.#nowMs())) return undefined;
    return `${dropped} metrics lines were dropped${lastError === undefined ? "" : `: ${lastError}`}`;
  }

  /** The queue's status, or why it has none. */
  async queueStatus(): Promise<QueueStatus | string> {
    try {
      const asked = this.#deps.queue.status();
      return await settlesWithin(asked, this.#queueTimeoutMs)
        ? await asked
        : `did not answer within ${this.#queueTimeoutMs} ms`;
    } catch (error) {
      return messageOf(error);
    }
  }
}

/** Whether a count has grown within the last minute, as far as those who looked can tell. */
class RecentGrowth {
  #count = 0;
  #grewMs = -Infinity;

  isRecent(count: number, nowMs: number): boolean {
    if (count > this.#count) {
      this.#count = count;
      this.#grewMs = nowMs;
    }
    return nowMs - this.#grewMs < TROUBLE_MS;
  }
}

function component(look: () => string | undefined): Component {
  const reason = look();
  return reason === undefined ? { status: "ok" } : { status: "degraded", reason };
}

function isDegraded({ queue, workers, cache, metrics, chromadb, search }: Components): boolean {
  return [queue, workers, cache, metrics].some((part) => part.status !== "ok") ||
    chromadb.status === "unavailable" || search.status === "degraded" || search.status === "unavailable";
}
