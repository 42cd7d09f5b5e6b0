import type { z } from "zod";
import { openCacheStore } from "../app/open_cache.ts";
import { openFrontier, openQueue, openStore, type RunnableQueue } from "../app/open_queue.ts";
import { webhookSecret } from "../app/webhook_secret.ts";
import { Cache, type JsonCache } from "../cache/mod.ts";
import { TaskError } from "../platform/errors.ts";
import { startTracing } from "../platform/tracing/mod.ts";
import { type AcceptedTask, ENDED, type Queue, type StoredTask } from "../queue/mod.ts";
import type { Schedules } from "../queue/schedule.ts";
import type { TaskDefinition } from "../tasks/mod.ts";
import type { PoolStatus } from "../workers/mod.ts";
import type { TaskOptions, Tutti, TuttiLogRecord, TuttiOptions } from "./port.ts";
import { embeddedConfig } from "./settings.ts";

const WAIT_MS = 600_000;

/**
 * Opens the files, makes the workers and, unless told otherwise, begins to run tasks.
 * @throws {Error} a folder, a file, a setting or a task module that cannot be used; what had been opened is closed
 */
export async function openTutti(options: TuttiOptions): Promise<Tutti> {
  if (/^tutti-worker-/.test((globalThis as { name?: string }).name ?? "")) {
    throw new TypeError(
      "Cannot create a Tutti in a worker of one: a module named in 'tasks' must hold task definitions only",
    );
  }
  const config = embeddedConfig(options);
  const log = (record: TuttiLogRecord) => options.log?.(record);
  await startTracing();
  await using opened = new AsyncDisposableStack();
  const store = await openStore(config);
  opened.defer(() => store.close());
  const frontier = opened.use(await openFrontier(config));
  const cacheStore = opened.use(await openCacheStore(config));
  const cache = new Cache(cacheStore, {
    memoryMaxBytes: config.CACHE_MEMORY_MAX_BYTES,
    warn: (message, fields) => log({ level: "warning", message, fields }),
  });
  const runnable = await openQueue({
    config,
    store,
    frontier,
    cache,
    webhookSecret: await webhookSecret({ secret: config.WEBHOOK_SECRET, dataDir: config.DATA_DIR }),
    taskModules: (options.tasks ?? []).map(moduleUrl),
    warmSandbox: false, // a program that fetches nothing needs no sandbox process
    log: {
      error: (message, fields) => log({ level: "error", message, fields }),
      fromWorker: log,
    },
  });
  const tutti = new EmbeddedTutti(runnable, cache, {
    graceMs: options.graceMs ?? 10_000,
    files: opened.move(),
  });
  if (options.start ?? true) await tutti.start();
  return tutti;
}

/**
 * open ─start()─► running ─stop()─► stopped; open ─stop()─► stopped. A start that fails stops it.
 */
class EmbeddedTutti implements Tutti {
  readonly queue: Queue;
  readonly schedules: Schedules;
  readonly cache: JsonCache;
  readonly #runnable: RunnableQueue;
  readonly #graceMs: number;
  readonly #files: AsyncDisposable;
  #mode: "open" | "running" | "stopped" = "open";
  #stopping: Promise<void> | undefined;

  constructor(
    runnable: RunnableQueue,
    cache: JsonCache,
    options: { graceMs: number; files: AsyncDisposable },
  ) {
    this.queue = runnable.queue;
    this.schedules = runnable.schedules;
    this.cache = cache;
    this.#runnable = runnable;
    this.#graceMs = options.graceMs;
    this.#files = options.files;
  }

  status(): PoolStatus {
    return this.#runnable.pool.status();
  }

  async start(): Promise<void> {
    if (this.#mode !== "open") throw new TypeError(`Cannot start this Tutti as it is ${this.#mode}`);
    this.#mode = "running";
    try {
      await this.#runnable.start();
    } catch (error) {
      await this.stop({ graceMs: 0 });
      throw error;
    }
  }

  stop(options: { graceMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    return this.#stopping ??= this.#stop(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async enqueue<I extends z.ZodType>(
    { name }: Pick<TaskDefinition<I>, "name" | "input">,
    input: z.input<I>,
    { requestId, idempotency, ...request }: TaskOptions = {},
  ): Promise<AcceptedTask> {
    return await this.queue.enqueue({ ...request, type: name, input }, { requestId, idempotency });
  }

  async result(taskId: string, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    let task: StoredTask;
    do task = await this.queue.waitForEnd(taskId, { ...options, waitMs: WAIT_MS }); while (
      !ENDED.has(task.status)
    );
    if (task.status === "completed") return JSON.parse(task.resultJson ?? "null");
    const { code, message, retryable, retry_after_s } = task.error ??
      { code: "cancelled", message: "The task was cancelled", retryable: false };
    throw new TaskError(code, message, { retryable, retryAfterS: retry_after_s });
  }

  async run<I extends z.ZodType, O extends z.ZodType>(
    definition: TaskDefinition<I, O>,
    input: z.input<I>,
    { signal, ...options }: TaskOptions & { signal?: AbortSignal } = {},
  ): Promise<z.output<O>> {
    signal?.throwIfAborted();
    const { taskId } = await this.enqueue(definition, input, options);
    return await this.result(taskId, { signal }) as z.output<O>;
  }

  async #stop(
    { graceMs = this.#graceMs, signal }: { graceMs?: number; signal?: AbortSignal },
  ): Promise<void> {
    this.#mode = "stopped";
    await using _files = this.#files; // closed last, whatever becomes of the rest
    await this.#runnable.stop({ graceMs, signal });
  }
}

function moduleUrl(module: string | URL): string {
  const text = String(module);
  if (URL.canParse(text)) return new URL(text).href;
  throw new TypeError(
    `Cannot load the task module as it must be a URL (new URL("./tasks.ts", import.meta.url)): current value is "${text}"`,
  );
}
