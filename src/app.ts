import { join } from "node:path";
import { crawlTaskInput } from "./app/crawl_task_input.ts";
import { openBrowser } from "./app/open_browser.ts";
import { openCacheStore } from "./app/open_cache.ts";
import { openMetrics, searchGauge } from "./app/open_metrics.ts";
import { BOOKS_GRACE_MS, openFrontier, openQueue, openStore, type RunnableQueue } from "./app/open_queue.ts";
import { serviceLog } from "./app/service_log.ts";
import { recordTaskEnds } from "./app/task_metrics.ts";
import { webhookSecret } from "./app/webhook_secret.ts";
import { BrandRegistry } from "./brands/mod.ts";
import { Cache, type CacheStore } from "./cache/mod.ts";
import type { Config } from "./config/mod.ts";
import type { ThreadedFrontier } from "./crawl/mod.ts";
import { createHttpApp, HttpServer } from "./http/mod.ts";
import { Readiness, type Stage, Stages } from "./lifecycle/mod.ts";
import { measuredSearch, type Metrics, type MetricsSink } from "./metrics/mod.ts";
import { type LogControl, noLog } from "./logging/mod.ts";
import { sleep } from "./platform/deadline.ts";
import { messageOf } from "./platform/errors.ts";
import { parseExceptions } from "./platform/host_exceptions.ts";
import { startTracing } from "./platform/tracing/mod.ts";
import { checkUrl } from "./platform/url_rules.ts";
import { EventLog, type TaskStore } from "./queue/mod.ts";
import type { Browser } from "./sandbox/browser/mod.ts";
import { type OpenedSearch, openSearch } from "./app/open_search.ts";
import { chromaAccess } from "./app/chroma_access.ts";
import { createAnswers } from "./answers/mod.ts";
import { ChromaConnection } from "./search/adapters/chroma_server.ts";

/** The service, built and not yet started. */
export interface App {
  /** Starts every stage in order. @throws {StageError} naming the stage that failed; what had started is stopped. */
  start(): Promise<{ url: string }>;
  /** Resolves with the reason if the service can no longer do its work, and only a restart helps. */
  readonly failed: Promise<string>;
  /** Stops in reverse order and never throws. `signal` (the operator's second) skips what is left of the waits. */
  stop(options?: { signal?: AbortSignal }): Promise<void>;
}

/** Head start of the first probes before the workers start: 20 ms here bring the first 200 some 90 ms forward. */
const FIRST_PROBE_MS = 20;
/** How long requests in flight may finish once the tasks have ended. */
const HTTP_GRACE_MS = 5000;
const CHROMA_GRACE_MS = 5000;

/**
 * The composition root of the main isolate: picks the adapters, wires the services, orders their start and stop.
 * `addSecret` is told of a secret that the start makes or finds, so that it stays out of the log; `logs` is the log that
 * was set up.
 */
export function createApp(
  config: Config,
  options: { version: string; addSecret?: (secret: string) => void; logs?: LogControl },
): App {
  const { version } = options;
  const log = serviceLog();
  const health = new Readiness();
  const urlRules = { ports: config.SCRAPE_PORTS, exceptions: parseExceptions(config.ALLOW_PRIVATE_HOSTS) };
  const chroma = new ChromaConnection({
    url: config.CHROMA_URL,
    access: chromaAccess(config),
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
  let store: TaskStore,
    frontier: ThreadedFrontier,
    cacheStore: CacheStore,
    cache: Cache,
    metrics: Metrics,
    sink: MetricsSink;
  let brands: BrandRegistry, browser: Browser, runnable: RunnableQueue, events: EventLog, server: HttpServer;
  let opened: OpenedSearch;
  let url = "";
  const failed = Promise.withResolvers<string>();

  const list: Stage[] = [{
    name: "queue file",
    start: async () => {
      await startTracing(); // spans are made from here on
      const opened = store = await openStore(config);
      opened.failed.then((error) => failed.resolve(error.message));
      const { recovered } = store.snapshot();
      if (recovered > 0) log.info("tasks_recovered", { count: recovered });
    },
    stop: async () => await store?.close(), // a stop may come before it is open
  }, {
    name: "crawl file",
    start: async () => {
      frontier = await openFrontier(config);
      frontier.failed.then((error) => failed.resolve(error.message));
    },
    stop: async () => await frontier?.[Symbol.asyncDispose](),
  }, {
    name: "cache",
    start: async () => {
      cacheStore = await openCacheStore(config);
      cache = new Cache(cacheStore, { memoryMaxBytes: config.CACHE_MEMORY_MAX_BYTES, warn: log.warn });
    },
    stop: async () => await cacheStore?.[Symbol.asyncDispose](),
  }, {
    name: "brands",
    start: async () => {
      brands = new BrandRegistry({
        folder: config.BRANDS_DIR ?? join(config.DATA_DIR, "brands"),
        onError: (error) => log.warn("brands_unreadable", { reason: messageOf(error) }),
      });
      brands.onChange((changed) => {
        for (const brand of changed) {
          const file = brands.get(brand);
          if (file !== undefined && file.errors.length > 0) {
            log.warn("brand_profile_wrong", { brand, errors: file.errors });
          } else log.info(file === undefined ? "brand_profile_gone" : "brand_profile_loaded", { brand });
        }
      });
      await brands.start();
    },
    stop: async () => await brands?.[Symbol.asyncDispose](),
  }, {
    name: "browser",
    start: () => {
      browser = openBrowser(config, { log: (level, event, fields) => log.at(level, event, fields) });
    },
    stop: async () => await browser?.[Symbol.asyncDispose](),
  }, {
    name: "queue",
    start: async () => {
      const secret = await webhookSecret({ secret: config.WEBHOOK_SECRET, dataDir: config.DATA_DIR });
      options.addSecret?.(secret);
      runnable = await openQueue({
        config,
        store,
        frontier,
        cache,
        brands,
        browser,
        crawlTask: await crawlTaskInput(config, brands),
        webhookSecret: secret,
        searchWork: config.CHROMA_URL === "off" ? undefined : () => opened.work!,
        onHostTurn: (turn) => metrics?.recorder.hostTurn(turn),
        log,
      });
      events = new EventLog(runnable.queue);
    },
    stop: () => events?.[Symbol.dispose](),
  }, {
    name: "metrics",
    start: async () => {
      ({ metrics, sink } = await openMetrics({
        config,
        version,
        warn: log.warn,
        gauges: {
          queue: () => store.snapshot(),
          workers: () => runnable.pool.status(),
          cache: () => cache.stats(),
          hosts: () => runnable.gate.report(Infinity),
          oldestQueuedMs: () => store.oldestQueuedMs(),
          search: () => searchGauge(opened?.search),
        },
      }));
      recordTaskEnds(runnable.queue, metrics.recorder);
    },
    stop: () => metrics?.[Symbol.asyncDispose](),
  }, {
    name: "chroma",
    start: () => chroma.start(),
    stop: () => chroma.stop({ graceMs: CHROMA_GRACE_MS }),
    deadlineMs: CHROMA_GRACE_MS + 2000,
  }, {
    name: "search",
    start: async () => {
      opened = await openSearch({
        config,
        queue: runnable.queue,
        cache,
        chroma,
        onError: (error, doing) => log.error("search_error", { doing, reason: messageOf(error) }),
      });
      opened.failed.then((error) => failed.resolve(error.message));
    },
    stop: async () => await opened?.[Symbol.asyncDispose](),
  }, {
    name: "http",
    start: () => {
      const search = measuredSearch(opened.search, metrics.recorder);
      const app = createHttpApp({
        config,
        version,
        queue: runnable.queue,
        schedules: runnable.schedules,
        crawls: runnable.crawls,
        brands,
        events,
        pool: runnable.pool,
        cache,
        metrics: {
          recorder: metrics.recorder,
          look: () => metrics.look(),
          summary: (windowS) => metrics.summary(windowS),
          prometheus: () => metrics.prometheus(),
          sinkStats: () => sink.stats(),
        },
        vectorDatabase: chroma,
        search,
        answers: createAnswers({
          url: config.LLM_URL,
          model: config.LLM_MODEL,
          apiKey: config.LLM_API_KEY,
          timeoutMs: config.LLM_TIMEOUT_MS,
          maxTokens: config.LLM_MAX_TOKENS,
          search: (query, options) => search.search(query, options),
        }),
        health,
        startedMs: Date.now(),
        checkUrl: (text) => void checkUrl(text, urlRules),
        log,
        logs: options.logs ?? noLog(config.LOG_LEVEL),
      }, { events: { bufferBytes: config.EVENTS_BUFFER_BYTES } });
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
      await runnable.start();
      await opened.start();
      log.info("task_queue_started", { workers: config.WORKERS });
    },
    stop: async ({ signal }) => {
      await runnable.stop({ graceMs: config.SHUTDOWN_GRACE_MS, signal });
    },
    deadlineMs: config.SHUTDOWN_GRACE_MS + BOOKS_GRACE_MS + 5000,
  }];
  const stages = new Stages(list, { log: log.at });

  return {
    failed: failed.promise,
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
