import { join } from "node:path";
import { builtInTasks } from "./app/built_in_tasks.ts";
import { makeFolder } from "./app/folders.ts";
import { openCacheStore } from "./app/open_cache.ts";
import { openMetrics } from "./app/open_metrics.ts";
import { serviceLog } from "./app/service_log.ts";
import { recordTaskEnds } from "./app/task_metrics.ts";
import { workerServices } from "./app/worker_services.ts";
import { workerInit } from "./app/worker_settings.ts";
import { Cache, type CacheStore } from "./cache/mod.ts";
import type { Config } from "./config/mod.ts";
import { createHttpApp, HttpServer } from "./http/mod.ts";
import { Readiness, type Stage, Stages } from "./lifecycle/mod.ts";
import type { Metrics, MetricsSink } from "./metrics/mod.ts";
import { sleep } from "./platform/deadline.ts";
import { messageOf } from "./platform/errors.ts";
import { parseExceptions } from "./platform/host_exceptions.ts";
import { checkUrl } from "./platform/url_rules.ts";
import { SqliteTaskStore } from "./queue/adapters/sqlite_task_store.ts";
import { QueueService } from "./queue/mod.ts";
import { HostGate } from "./scraping/mod.ts";
import { ChromaConnection } from "./search/adapters/chroma_server.ts";
import { TaskRegistry, taskTypes } from "./tasks/mod.ts";
import { WebWorkerPool } from "./workers/mod.ts";

/** The service, built and not yet started. */
export interface App {
  /** Starts every stage in order. @throws {StageError} naming the stage that failed; what had started is stopped. */
  start(): Promise<{ url: string }>;
  /** Stops in reverse order and never throws. `signal` (the operator's second) skips what is left of the waits. */
  stop(options?: { signal?: AbortSignal }): Promise<void>;
}

/** Head start of the first probes before the workers start: 20 ms here bring the first 200 some 90 ms forward. */
const FIRST_PROBE_MS = 20;
/** How long requests in flight may finish once the tasks have ended. */
const HTTP_GRACE_MS = 5000;
const CHROMA_GRACE_MS = 5000;
/** How long outcomes may take to reach the books once the pool has stopped. */
const BOOKS_GRACE_MS = 5000;

/** The composition root of the main isolate: picks the adapters, wires the services, orders their start and stop. */
export function createApp(config: Config, options: { version: string }): App {
  const { version } = options;
  const log = serviceLog();
  const health = new Readiness();
  const gate = new HostGate();
  const urlRules = { ports: config.SCRAPE_PORTS, exceptions: parseExceptions(config.ALLOW_PRIVATE_HOSTS) };
  const chroma = new ChromaConnection({
    url: config.CHROMA_URL,
    folder: join(config.DATA_DIR, "chroma"),
    launcher: config.CHROMA_LAUNCHER,
  });
  chroma.onChange(({ status, url, mode, reason }) => {
    if (status === "connected") log.info("chromadb_connected", { mode, url });
    else if (status === "unavailable" && !health.stopping()) {
      log.warn("chromadb_unavailable", { mode, reason });
    }
  });

  // Opened by the first stages, used by the later ones; the order of the list is the order of the start.
  let store: SqliteTaskStore, cacheStore: CacheStore, cache: Cache, metrics: Metrics, sink: MetricsSink;
  let pool: WebWorkerPool, queue: QueueService, server: HttpServer;
  let url = "";

  const list: Stage[] = [{
    name: "queue file",
    start: async () => {
      await makeFolder(config.DATA_DIR, "DATA_DIR");
      const agingMs = config.PRIORITY_AGING_S * 1000;
      store = new SqliteTaskStore({ path: join(config.DATA_DIR, "queue.db"), agingMs });
      const { recovered } = store.snapshot();
      if (recovered > 0) log.info("tasks_recovered", { count: recovered });
    },
    stop: () => store.close(),
  }, {
    name: "cache",
    start: async () => {
      cacheStore = await openCacheStore(config);
      cache = new Cache(cacheStore, { memoryMaxBytes: config.CACHE_MEMORY_MAX_BYTES, warn: log.warn });
    },
    stop: async () => await cacheStore?.[Symbol.asyncDispose](),
  }, {
    name: "queue",
    start: async () => {
      const registry = new TaskRegistry(builtInTasks(config));
      if (config.TASKS_DIR !== undefined) await registry.loadTasksDir(config.TASKS_DIR);
      const types = taskTypes(registry);
      pool = new WebWorkerPool({
        workers: config.WORKERS,
        concurrency: config.WORKER_CONCURRENCY,
        loadOf: (type) => types.get(type)?.load ?? "io",
        services: workerServices({ cache, gate, log: log.fromWorker }),
        init: workerInit(config),
      });
      queue = new QueueService({
        store,
        types,
        defaults: { maxAttempts: config.TASK_MAX_ATTEMPTS, timeoutMs: config.TASK_TIMEOUT_MS },
        maxLength: config.QUEUE_MAX_LENGTH,
        onError: (error, doing) => log.error("queue_error", { doing, reason: messageOf(error) }),
        pool: (events) => {
          pool.listen(events);
          return pool;
        },
      });
    },
  }, {
    name: "metrics",
    start: async () => {
      ({ metrics, sink } = await openMetrics({
        config,
        version,
        warn: log.warn,
        gauges: {
          queue: () => store.snapshot(),
          workers: () => pool.status(),
          cache: () => cache.stats(),
        },
      }));
      recordTaskEnds(queue, metrics.recorder);
    },
    stop: () => metrics?.[Symbol.asyncDispose](),
  }, {
    name: "chroma",
    start: () => chroma.start(),
    stop: () => chroma.stop({ graceMs: CHROMA_GRACE_MS }),
    deadlineMs: CHROMA_GRACE_MS + 2000,
  }, {
    name: "http",
    start: () => {
      const app = createHttpApp({
        config,
        version,
        queue,
        pool,
        cache,
        metrics: {
          recorder: metrics.recorder,
          summary: (windowS) => metrics.summary(windowS),
          prometheus: () => metrics.prometheus(),
          sinkStats: () => sink.stats(),
        },
        vectorDatabase: chroma,
        health,
        startedMs: Date.now(),
        checkUrl: (text) => void checkUrl(text, urlRules),
        log,
      });
      server = new HttpServer({ handler: app.fetch as HttpServerHandler, log });
      const { hostname, port } = server.start({ hostname: config.HOST, port: config.PORT });
      url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    },
    stop: async ({ signal }) => void await server.shutdown({ deadlineMs: HTTP_GRACE_MS, signal }),
    deadlineMs: HTTP_GRACE_MS + 2000,
  }, {
    name: "workers",
    start: async () => {
      // Starting threads holds every core for a while: who waits for the listener (a probe, mostly) is answered first.
      await sleep(FIRST_PROBE_MS);
      await pool.start();
      queue.start();
      log.info("task_queue_started", { workers: config.WORKERS });
    },
    stop: async ({ signal }) => {
      await queue.stop();
      await pool.stop({ graceMs: config.SHUTDOWN_GRACE_MS, signal });
      await queue.close({ timeoutMs: BOOKS_GRACE_MS });
      gate[Symbol.dispose]();
    },
    deadlineMs: config.SHUTDOWN_GRACE_MS + BOOKS_GRACE_MS + 5000,
  }];
  const stages = new Stages(list, { log: log.at });

  return {
    async start() {
      await stages.start();
      health.markReady();
      return { url };
    },
    async stop({ signal } = {}) {
      health.markStopping();
      await stages.stop({ signal });
    },
  };
}

type HttpServerHandler = ConstructorParameters<typeof HttpServer>[0]["handler"];
