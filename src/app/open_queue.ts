import type { z } from "zod";
import { join } from "node:path";
import type { JsonCache } from "../cache/mod.ts";
import type { Brands } from "../brands/port.ts";
import { isOfBrand } from "../brands/scrape_options.ts";
import type { Config } from "../config/mod.ts";
import { type CrawlRequest, CrawlService, ThreadedFrontier } from "../crawl/mod.ts";
import type { HostTurnRecorder } from "../metrics/mod.ts";
import { messageOf } from "../platform/errors.ts";
import { ThreadedTaskStore } from "../queue/adapters/threaded_task_store.ts";
import { QueueService, Retention, retentionRules, type TaskStore } from "../queue/mod.ts";
import { ScheduleService } from "../queue/schedules/schedule_service.ts";
import { HostGate } from "../scraping/mod.ts";
import type { IndexWork } from "../search/port.ts";
import type { Browser } from "../sandbox/browser/mod.ts";
import { TaskRegistry, taskTypes } from "../tasks/mod.ts";
import { WebWorkerPool, type WorkerLogRecord } from "../workers/mod.ts";
import { builtInTasks } from "./built_in_tasks.ts";
import { makeFolder } from "./folders.ts";
import { measuredGate } from "./measured_gate.ts";
import { workerServices } from "./worker_services.ts";
import { workerInit } from "./worker_settings.ts";

/** How long outcomes may take to reach the books once the pool has stopped. */
export const BOOKS_GRACE_MS = 5000;

/** The queue's file, `DATA_DIR/queue.db`. Whoever opened it closes it, after the queue has stopped. */
export async function openStore(
  config: Pick<Config, "DATA_DIR" | "PRIORITY_AGING_S">,
): Promise<ThreadedTaskStore> {
  await makeFolder(config.DATA_DIR, "DATA_DIR");
  return await ThreadedTaskStore.open({
    path: join(config.DATA_DIR, "queue.db"),
    agingMs: config.PRIORITY_AGING_S * 1000,
  });
}

/** The file of crawls, `DATA_DIR/crawls.db`. Whoever opened it closes it, after the queue has stopped. */
export async function openFrontier(config: Pick<Config, "DATA_DIR">): Promise<ThreadedFrontier> {
  await makeFolder(config.DATA_DIR, "DATA_DIR");
  return await ThreadedFrontier.open(join(config.DATA_DIR, "crawls.db"));
}

/** How a task says what to crawl. The words are those of `POST /api/crawl`, which a program without HTTP does not have. */
export interface CrawlTaskInput {
  input: z.ZodType;
  /** @throws {ServiceError} invalid_request */
  requestOf(input: unknown): CrawlRequest;
}

export interface OpenQueueOptions {
  config: Config;
  store: TaskStore;
  frontier: ThreadedFrontier;
  /** @default none */
  brands?: Brands;
  /** What tasks of type `crawl` are asked with. @default there are none */
  crawlTask?: CrawlTaskInput;
  /** @default each page that wants one fails with `browser_unavailable` */
  browser?: Browser;
  /** What tasks ask of search, once it is open. @default there is no search */
  searchWork?: () => IndexWork;
  /** Told of each turn at a host. @default nobody is */
  onHostTurn?: HostTurnRecorder["hostTurn"];
  cache: JsonCache;
  webhookSecret: string;
  /** Module URLs of task types besides those of TASKS_DIR. */
  taskModules?: string[];
  /** @default true */
  warmSandbox?: boolean;
  log: {
    error(event: string, fields: Record<string, unknown>): void;
    fromWorker(record: WorkerLogRecord): void;
  };
}

/** The queue with all that makes it go: its task types, its workers, its schedules, its janitor. */
export interface RunnableQueue {
  queue: QueueService;
  schedules: ScheduleService;
  crawls: CrawlService;
  pool: WebWorkerPool;
  gate: HostGate;
  /** Starts the workers, then hands them tasks. @throws {Error} the workers cannot be started */
  start(): Promise<void>;
  /** Running tasks have `graceMs`; then they are put back. The store stays open. */
  stop(options: { graceMs: number; signal?: AbortSignal }): Promise<void>;
}

/**
 * Wires the queue as the service and an embedding program have it. Nothing runs before `start`, but tasks are accepted.
 * @throws {Error} a task module cannot be loaded
 */
export async function openQueue(options: OpenQueueOptions): Promise<RunnableQueue> {
  const {
    config,
    store,
    frontier,
    cache,
    brands,
    browser,
    crawlTask,
    searchWork,
    onHostTurn,
    webhookSecret,
    taskModules = [],
    warmSandbox,
    log,
  } = options;
  const onError = (error: unknown, doing: string) =>
    log.error("queue_error", { doing, reason: messageOf(error) });
  const registry = new TaskRegistry(builtInTasks(config, {
    crawlInput: crawlTask?.input,
    isIndexed: searchWork && (({ url, index }, brand) => index ?? isIndexedBrand(brands, brand, url)),
  }));
  if (config.TASKS_DIR !== undefined) await registry.loadTasksDir(config.TASKS_DIR);
  await registry.loadModules(taskModules);
  const types = taskTypes(registry);
  const gate = new HostGate({ maxBackoffMs: config.HOST_MAX_BACKOFF_S * 1000 });
  const pool: WebWorkerPool = new WebWorkerPool({
    workers: config.WORKERS,
    concurrency: config.WORKER_CONCURRENCY,
    loadOf: (type) => types.get(type)?.load ?? "io",
    services: workerServices({
      cache,
      gate: onHostTurn === undefined ? gate : measuredGate(gate, onHostTurn),
      log: log.fromWorker,
      brands,
      searchWork,
      render: browser &&
        (({ timeoutMs, ...request }) =>
          browser.render(request, { timeoutMs: Math.min(timeoutMs, config.RENDER_TIMEOUT_MS) })),
      startCrawl: async (crawlId, input) => {
        if (crawlTask === undefined) throw new Error("there are no tasks of type crawl");
        return await crawls.start(crawlTask.requestOf(input), { crawlId });
      },
    }),
    init: workerInit(config, { webhookSecret, taskModules, warmSandbox }),
  });
  const queue: QueueService = new QueueService({
    store,
    types,
    defaults: { maxAttempts: config.TASK_MAX_ATTEMPTS, timeoutMs: config.TASK_TIMEOUT_MS },
    maxLength: config.QUEUE_MAX_LENGTH,
    onError,
    pool: (events) => {
      pool.listen(events);
      return pool;
    },
  });
  const schedules = new ScheduleService({
    store,
    newTask: (request, origin) => queue.newTask(request, origin),
    onAccepted: (task) => queue.accepted(task),
    onError: (error, { scheduleId }) =>
      log.error("schedule_error", { schedule_id: scheduleId, reason: messageOf(error) }),
  });
  const crawls: CrawlService = new CrawlService({
    frontier,
    queue,
    maxPages: config.CRAWL_MAX_PAGES,
    retainS: config.RETAIN_COMPLETED_S,
    onError,
  });
  const retention = new Retention({ store, rules: retentionRules(config), onError });
  return {
    queue,
    schedules,
    crawls,
    pool,
    gate,
    async start() {
      await pool.start();
      queue.start();
      await schedules.start();
      await crawls.resume();
      retention.start();
    },
    async stop({ graceMs, signal }) {
      await Promise.all([schedules.stop(), crawls.stop(), retention.stop(), queue.stop()]);
      await pool.stop({ graceMs, signal });
      await queue.close({ timeoutMs: BOOKS_GRACE_MS });
      gate[Symbol.dispose]();
    },
  };
}

/** A profile speaks for pages of its hosts. */
function isIndexedBrand(brands: Brands | undefined, brand: string | undefined, url: string): boolean {
  const profile = brand === undefined ? undefined : brands?.profile(brand);
  return profile !== undefined && profile.index && isOfBrand(profile, url);
}
