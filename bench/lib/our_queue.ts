/** The queue as the service runs it, in this process: SQLite file with fsync, real Web Workers, no HTTP. */
import { NO_INDEX_WORK } from "../../src/search/off.ts";
import { builtInTasks } from "../../src/app/built_in_tasks.ts";
import { workerInit } from "../../src/app/worker_settings.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { ThreadedTaskStore } from "../../src/queue/adapters/threaded_task_store.ts";
import { QueueService, type TaskStore } from "../../src/queue/mod.ts";
import { TaskRegistry, taskTypes } from "../../src/tasks/mod.ts";
import { WebWorkerPool } from "../../src/workers/mod.ts";

/** The one line that knows where the queue's file is written. */
const openStore = (path: string): Promise<TaskStore> => ThreadedTaskStore.open({ path });

export interface OurQueue extends AsyncDisposable {
  readonly queue: QueueService;
  /** Tasks that have ended in any way since the queue was opened. */
  endedCount(): number;
  /** Resolves with `performance.now()` at the instant at which `count` tasks have ended since the queue was opened. */
  ended(count: number): Promise<number>;
  /** Starts the workers; tasks are handed out from `queue.start()` on. */
  startWorkers(): Promise<void>;
}

const TASKS_DIR = new URL("../queue/tasks/", import.meta.url).pathname;

/**
 * Opens or makes the queue's file. Knows the built-in tasks and those of `bench/queue/tasks`.
 *
 * @param options.workers @default BENCH_WORKERS or 2
 * @param options.concurrency Tasks in hand of one worker. @default BENCH_CONCURRENCY or 16
 */
export async function openQueue(
  path: string,
  options: { workers?: number; concurrency?: number } = {},
): Promise<OurQueue> {
  const { workers = setting("BENCH_WORKERS", 2), concurrency = setting("BENCH_CONCURRENCY", 16) } = options;
  const config = loadConfig(() => undefined);
  const store = await openStore(path);
  const registry = new TaskRegistry(builtInTasks(config));
  await registry.loadTasksDir(TASKS_DIR);
  const pool = new WebWorkerPool({
    workers,
    concurrency,
    loadOf: () => "io",
    init: { ...workerInit(config, { webhookSecret: "bench", warmSandbox: false }), tasksDir: TASKS_DIR },
    services: {
      cacheGet: () => Promise.resolve(undefined),
      cacheSet: () => Promise.resolve(),
      cacheDelete: () => Promise.resolve(false),
      hostAcquire: () => Promise.resolve(0),
      hostRelease: () => Promise.resolve(),
      brandScrape: () => Promise.resolve(undefined),
      render: () => Promise.reject(new Error("there is no browser")),
      startCrawl: () => Promise.reject(new Error("there are no crawls")),
      ...NO_INDEX_WORK,
      log: () => {},
    },
  });
  const queue = new QueueService({
    store,
    types: taskTypes(registry),
    pool: (events) => {
      pool.listen(events);
      return pool;
    },
  });
  let count = 0;
  let started = false;
  const waiters = new Map<number, (atMs: number) => void>();
  queue.subscribe(({ status }) => {
    if (status !== "completed" && status !== "failed" && status !== "cancelled") return;
    waiters.get(++count)?.(performance.now());
    waiters.delete(count);
  });
  return {
    queue,
    endedCount: () => count,
    ended: (at) =>
      new Promise((resolve) => at <= count ? resolve(performance.now()) : waiters.set(at, resolve)),
    startWorkers: async () => {
      started = true;
      await pool.start();
    },
    [Symbol.asyncDispose]: async () => {
      await queue.stop();
      if (started) await pool.stop({ graceMs: 1000 });
      await queue.close();
      await store.close();
    },
  };
}

function setting(name: string, otherwise: number): number {
  return Number(Deno.env.get(name) ?? otherwise);
}
