import type { z } from "zod";
import type { Backoff } from "../queue/task.ts";

/**
 * A task type: what it is called, what goes in and out, where it runs. `input` and `output` are checked on both sides
 * of the queue, so `run` never sees what its schema refuses.
 *
 * @example
 * ```ts ignore
 * export const shout = defineTask({
 *   name: "shout",
 *   input: z.object({ text: z.string() }),
 *   output: z.object({ text: z.string() }),
 *   run: ({ text }) => ({ text: text.toUpperCase() }),
 * });
 * ```
 */
export interface TaskDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `[a-z][a-z0-9_.-]{0,63}`; unique among all tasks. */
  name: string;
  input: I;
  output: O;
  /**
   * `thread`: in a Web Worker, quick to start, trusted code only: a thread that spins cannot be stopped by anyone.
   * `process`: in a disposable child process without file, network, environment or run permission, with heap, memory
   * and CPU limits; fetches go through `ctx.fetch`.
   * @default "thread"
   */
  isolation?: "thread" | "process";
  /** `io` tasks share a worker, many at once; of `cpu` tasks a worker runs one at a time. @default "io" */
  load?: "io" | "cpu";
  /** Run time of one attempt. @default the service's TASK_TIMEOUT_MS */
  timeoutMs?: number;
  /** @default the service's TASK_MAX_ATTEMPTS */
  maxAttempts?: number;
  /** What it names takes the place of that part of the queue's default. */
  backoff?: Partial<Backoff>;
  /**
   * Keys that limits and pauses go by, beside `type:` and `brand:`, e.g. `host:example.com` or `tenant:7`; 1 to 128
   * characters each. Asked once, when the task is accepted.
   */
  limitKeys?(input: z.output<I>): string[];
  /**
   * Type of the task that is to follow one with this input, however it ends but by being cancelled; it is given
   * `{"task_id"}`. Asked once, when the task is accepted; undefined: none.
   */
  followUp?(input: z.output<I>, origin: { brand?: string }): string | undefined;
  run(input: z.output<I>, ctx: TaskContext): z.input<O> | Promise<z.input<O>>;
}

/** What a running task may use. Everything on it honours `signal`. */
export interface TaskContext {
  readonly taskId: string;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  readonly brand?: string;
  /** Its batch; of an `on_complete` task, the one whose end it was waiting for. */
  readonly batchId?: string;
  /** Aborts on cancel, time-out and shutdown; the task has a second to wind up after that. */
  readonly signal: AbortSignal;
  progress(done: number, total: number, message?: string): void;
  readonly log: TaskLog;
  /**
   * `fetch` through the address guard, in a sandbox process: only public addresses, limited in size, time and hops,
   * polite to each host. Throws `TaskError` with the code of the failure. Where the host of an attempt's first fetch
   * has no turn to give soon it throws `DeferredError`: let it through, and the task runs again at about that time,
   * without an attempt counted. Later fetches wait for their turns.
   */
  fetch(url: string | URL, init?: GuardedFetchInit): Promise<Response>;
  readonly cache: TaskCache;
}

export interface TaskLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface GuardedFetchInit {
  method?: "GET" | "HEAD" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Longest body; 0: it is left unread, and the answer has none. @default SCRAPE_MAX_BYTES */
  maxBytes?: number;
  /** @default true */
  respectRobots?: boolean;
  /** `manual`: a redirect is an answer like any other. @default "follow" */
  redirect?: "follow" | "manual";
}

export interface TaskCache {
  get<T>(key: string): Promise<T | undefined>;
  set(
    key: string,
    value: unknown,
    options: { maxAgeS: number; staleS?: number; tags?: string[] },
  ): Promise<void>;
  delete(key: string): Promise<boolean>;
}

const NAME_PATTERN = /^[a-z][a-z0-9_.-]{0,63}$/;

/** Declares a task type; the identity with a check and the types tied together. */
export function defineTask<I extends z.ZodType, O extends z.ZodType>(
  definition: TaskDefinition<I, O>,
): TaskDefinition<I, O> {
  if (!NAME_PATTERN.test(definition.name)) {
    throw new TypeError(
      `Cannot define a task as 'name' must match ${NAME_PATTERN}: current value is "${definition.name}"`,
    );
  }
  return definition;
}
