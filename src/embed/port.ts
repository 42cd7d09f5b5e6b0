import type { z } from "zod";
import type { JsonCache } from "../cache/port.ts";
import type { Schedules } from "../queue/schedule.ts";
import type { AcceptedTask, AcceptOptions, Queue, TaskRequest } from "../queue/service_port.ts";
import type { TaskDefinition } from "../tasks/define.ts";
import type { PoolStatus } from "../workers/port.ts";

/** What `createTutti` is made with. Sizes and times it does not name are the service's. */
export interface TuttiOptions {
  /** Folder of the queue's file and of what else must outlive the process; made where absent. One Tutti at a time. */
  dataDir: string;
  /** Folder of the cache, which may be deleted. @default "cache" in `dataDir` */
  cacheDir?: string;
  /**
   * Modules that export `defineTask` results, as `file:` URLs or texts of such: every worker loads them too, so they hold
   * definitions and never the program that calls `createTutti`.
   */
  tasks?: readonly (string | URL)[];
  /** Folder of such modules, besides those of `tasks`. */
  tasksDir?: string;
  /** Web Workers, 1..64. @default 4 */
  workers?: number;
  /** I/O-bound tasks at once in one worker. @default 16 */
  concurrency?: number;
  /** False: tasks are accepted but none runs before `start()`. @default true */
  start?: boolean;
  /** How long running tasks may finish at `stop()` before they are put back, in ms. @default 10000 */
  graceMs?: number;
  /**
   * Any other setting of the queue, the cache, the sandbox and scraping (README), by its name and as text, e.g.
   * `{ ALLOW_PRIVATE_HOSTS: "10.0.0.7:8080", RETAIN_COMPLETED_S: "3600" }`.
   */
  settings?: Readonly<Record<string, string>>;
  /** Told what the service would log: faults of the books, workers that were replaced, `ctx.log`. @default nothing */
  log?: (record: TuttiLogRecord) => void;
}

export interface TuttiLogRecord {
  level: "debug" | "info" | "warning" | "error";
  /** A word for what happened, or the text a task gave to `ctx.log`. */
  message: string;
  fields?: Record<string, unknown>;
  /** Of the task that said it. */
  taskId?: string;
  requestId?: string;
}

/** Options of one task: all of a request but what it runs. */
export type TaskOptions = Omit<TaskRequest, "type" | "input"> & AcceptOptions;

/**
 * The queue, the schedules and the cache inside another program. What is accepted is on disk, and runs in Web Workers of
 * this process.
 */
export interface Tutti extends AsyncDisposable {
  readonly queue: Queue;
  readonly schedules: Schedules;
  /** For `cached()`, and what `ctx.cache` of the tasks is kept in. */
  readonly cache: JsonCache;
  /** Of the workers. */
  status(): PoolStatus;
  /** Begins to run tasks; once. Only where it was made with `start: false`. @throws {Error} no workers can be started */
  start(): Promise<void>;
  /**
   * Takes nothing more, lets running tasks finish for `graceMs`, puts back those that did not, ends the workers and closes
   * the files. A second call waits for the first. `signal` skips the grace. Disposing does the same.
   */
  stop(options?: { graceMs?: number; signal?: AbortSignal }): Promise<void>;
  /** Accepts a task of a definition that `tasks` or `tasksDir` names. @throws {ServiceError} invalid_request, queue_full, ... */
  enqueue<I extends z.ZodType>(
    definition: Pick<TaskDefinition<I>, "name" | "input">,
    input: z.input<I>,
    options?: TaskOptions,
  ): Promise<AcceptedTask>;
  /**
   * Waits until a task has ended and gives what it returned, as JSON gives it back. `signal` ends the wait, not the task.
   * @throws {TaskError} with the code of a task that failed or was cancelled
   * @throws {ServiceError} not_found
   */
  result(taskId: string, options?: { signal?: AbortSignal }): Promise<unknown>;
  /** `enqueue`, then `result`. `signal` ends the wait, not the task. */
  run<I extends z.ZodType, O extends z.ZodType>(
    definition: TaskDefinition<I, O>,
    input: z.input<I>,
    options?: TaskOptions & { signal?: AbortSignal },
  ): Promise<z.output<O>>;
}
