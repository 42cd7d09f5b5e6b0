import { loadConfig, type SettingName } from "../../src/config/mod.ts";
import type { HttpDeps } from "../../src/http/mod.ts";
import { noLog } from "../../src/logging/mod.ts";
import type { MetricsRecorder, MetricsSinkStats } from "../../src/metrics/port.ts";
import { TaskError } from "../../src/platform/errors.ts";
import { EventLog } from "../../src/queue/event_log.ts";
import type { VectorDatabaseState } from "../../src/search/port.ts";
import type { PoolStatus } from "../../src/workers/port.ts";
import { FakeBrands } from "./fake_brands.ts";
import { FakeCrawls } from "./fake_crawls.ts";
import { FakeJsonCache } from "./fake_json_cache.ts";
import { FakeQueue } from "./fake_queue.ts";
import { FakeSchedules } from "./fake_schedules.ts";
import { FakeAnswers, FakeSearch } from "./fake_search.ts";

type RequestSample = Parameters<MetricsRecorder["request"]>[0];

/** Everything the HTTP side needs, in memory, with what it did laid open. */
export interface FakeHttpDeps extends HttpDeps {
  queue: FakeQueue;
  schedules: FakeSchedules;
  crawls: FakeCrawls;
  brands: FakeBrands;
  cache: FakeJsonCache;
  search: FakeSearch;
  answers: FakeAnswers;
  /** What the metrics were told. */
  samples: RequestSample[];
  logged: { level: string; message: string; fields?: Record<string, unknown> }[];
  /** What the composition root does when a stop begins. */
  stop(): void;
  state: {
    pool: PoolStatus;
    sink: MetricsSinkStats;
    chroma: VectorDatabaseState;
    stopping: boolean;
    ready: boolean;
  };
}

export function fakeHttpDeps(env: Partial<Record<SettingName, string>> = {}): FakeHttpDeps {
  const samples: RequestSample[] = [];
  const logged: FakeHttpDeps["logged"] = [];
  const state: FakeHttpDeps["state"] = {
    pool: {
      workers: 4,
      alive: 4,
      busy: 0,
      inHand: 0,
      replaced: 0,
      abandoned: 0,
      sandboxes: { alive: 4, killed: 0 },
    },
    sink: { written: 0, dropped: 0 },
    chroma: { status: "off", mode: "off", restarts: 0 },
    stopping: false,
    ready: true,
  };
  const log = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push({ level, message, fields });
  const stopping = new AbortController();
  const queue = new FakeQueue();
  return {
    config: loadConfig((name) => env[name]),
    version: "0.1.0",
    queue,
    events: new EventLog(queue),
    schedules: new FakeSchedules(),
    crawls: new FakeCrawls(),
    brands: new FakeBrands(),
    pool: {
      status: () => state.pool,
      // deno-lint-ignore require-await
      resize: async (count) => {
        state.pool = { ...state.pool, workers: count, alive: count };
      },
    },
    cache: new FakeJsonCache(),
    metrics: {
      recorder: { request: (sample) => void samples.push(sample), task: () => {} },
      look: () => Promise.resolve(),
      summary: (windowS) => ({ window_s: windowS, requests: { total: samples.length } }),
      prometheus: () => "# TYPE tutti_up gauge\ntutti_up 1\n",
      sinkStats: () => state.sink,
    },
    search: new FakeSearch(),
    answers: new FakeAnswers(),
    vectorDatabase: { state: () => state.chroma },
    health: { stopping: () => state.stopping, ready: () => state.ready, stopSignal: stopping.signal },
    startedMs: Date.now(),
    checkUrl: (url) => {
      const { hostname } = new URL(url);
      if (hostname === "127.0.0.1" || hostname === "localhost") {
        throw new TaskError("blocked_address", `${hostname} is not publicly routable`);
      }
    },
    log: { debug: log("debug"), warn: log("warning"), error: log("error") },
    logs: noLog(env.LOG_LEVEL as "debug" | undefined),
    stop: () => {
      state.stopping = true;
      stopping.abort(new DOMException("The service is stopping", "AbortError"));
    },
    samples,
    logged,
    state,
  };
}
