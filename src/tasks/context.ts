import type { Progress } from "../queue/task.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { GuardedFetchInit, TaskCache, TaskContext, TaskLog } from "./define.ts";

/** One fetch with all its hops, through the guard; made by the scraping feature. */
export type GuardedFetch = (
  url: string | URL,
  init: GuardedFetchInit,
  options: { signal: AbortSignal; timeoutMs: number; mayDefer: boolean },
) => Promise<Response>;

export interface TaskContextOptions {
  taskId: string;
  attempt: number;
  timeoutMs: number;
  brand?: string;
  batchId?: string;
  requestId?: string;
  services: WorkerServices;
  /** Called at the first look at `ctx.signal`, so that a task that never looks costs no controller. */
  signal: () => AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Resolved at the first fetch: the code behind it is not loaded before. */
  fetch: () => Promise<GuardedFetch>;
}

/** Least time between two reports of one attempt's progress; the newest one is kept for the next. */
const PROGRESS_EVERY_MS = 100;

/**
 * What `run` is given. The parts a task does not touch are not made: a no-op costs one object. Dispose of it when the
 * attempt has ended: the last progress is sent and nothing after it.
 */
export class AttemptContext implements TaskContext, Disposable {
  readonly taskId: string;
  readonly attempt: number;
  readonly brand?: string;
  readonly batchId?: string;
  readonly #options: TaskContextOptions;
  #log: TaskLog | undefined;
  #cache: TaskCache | undefined;
  #sentMs = -Infinity;
  #pending: Progress | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #fetched = false;

  constructor(options: TaskContextOptions) {
    this.taskId = options.taskId;
    this.attempt = options.attempt;
    this.brand = options.brand;
    this.batchId = options.batchId;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#options.signal();
  }

  get log(): TaskLog {
    return this.#log ??= taskLog(this.#options);
  }

  get cache(): TaskCache {
    return this.#cache ??= taskCache(this.#options.services);
  }

  progress(done: number, total: number, message?: string): void {
    if (this.#ended) return;
    if (!Number.isFinite(done) || !Number.isFinite(total)) {
      throw new TypeError(
        `Cannot report progress as it must be finite: current value is ${done} of ${total}`,
      );
    }
    this.#pending = {
      done,
      total,
      ...(message === undefined ? {} : { message: String(message).slice(0, 500) }),
    };
    const waitMs = this.#sentMs + PROGRESS_EVERY_MS - performance.now();
    if (waitMs <= 0) this.#sendProgress();
    else this.#timer ??= setTimeout(() => this.#sendProgress(), waitMs);
  }

  async fetch(url: string | URL, init: GuardedFetchInit = {}): Promise<Response> {
    const { fetch, timeoutMs } = this.#options;
    const { signal } = this;
    signal.throwIfAborted();
    // Only the first one may put the task off: later on its work is under way and would be done all over again.
    const mayDefer = !this.#fetched;
    this.#fetched = true;
    const guarded = await fetch();
    return await guarded(url, init, { signal, timeoutMs, mayDefer });
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    if (this.#pending !== undefined) this.#sendProgress();
    this.#ended = true;
  }

  #sendProgress(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const progress = this.#pending;
    if (progress === undefined || this.#ended) return;
    this.#pending = undefined;
    this.#sentMs = performance.now();
    this.#options.onProgress(progress);
  }
}

function taskLog({ taskId, requestId, services }: TaskContextOptions): TaskLog {
  const at = (level: "debug" | "info" | "warning" | "error") => {
    return (message: string, fields?: Record<string, unknown>) =>
      services.log({ level, message: String(message), fields: plain(fields), taskId, requestId });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warning"), error: at("error") };
}

/** Fields as JSON would have them: a function or a cycle in one must not stop the whole batch of messages. */
function plain(fields: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (fields === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(fields));
  } catch {
    return { fields: "not JSON" };
  }
}

function taskCache(services: WorkerServices): TaskCache {
  return {
    async get<T>(key: string): Promise<T | undefined> {
      const answer = await services.cacheGet(key, false);
      return answer === undefined ? undefined : JSON.parse(answer.valueJson) as T;
    },
    async set(key, value, options): Promise<void> {
      const json = JSON.stringify(value);
      if (json === undefined) throw new TypeError(`Cannot cache "${key}" as its value is not JSON`);
      await services.cacheSet(key, json, options);
    },
    delete: (key) => services.cacheDelete(key),
  };
}
