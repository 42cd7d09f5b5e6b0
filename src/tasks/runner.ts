import { TaskError } from "../platform/errors.ts";
import type { Progress } from "../queue/task.ts";
import type { ProcessTaskHost, Sandbox } from "../sandbox/port.ts";
import type { Attempt, WorkerServices } from "../workers/port.ts";
import { AttemptContext, type GuardedFetch } from "./context.ts";
import type { GuardedFetchInit, TaskDefinition } from "./define.ts";
import type { TaskRegistry } from "./registry.ts";
import { describeSchemaErrors } from "./schema_errors.ts";

export interface TaskRunnerOptions {
  registry: TaskRegistry;
  services: WorkerServices;
  /** Largest result in bytes of JSON. */
  resultMaxBytes: number;
  /** Made at the first use: most workers never fetch, and those that do need not start with it. */
  sandbox: () => Promise<Sandbox>;
  fetch: () => Promise<GuardedFetch>;
}

/** How long a sandbox has, after the time-out, to say that the task or its page held the process, in ms. */
const VERDICT_MS = 400;

/** Runs attempts of registered tasks: input in, checked result out, in this thread or in a sandbox process. */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  verdictMs(attempt: Attempt): number {
    const registered = this.#options.registry.get(attempt.type);
    if (registered === undefined) return 0;
    // Built-in tasks honour their signal, and a scrape's sandbox too may find the page guilty.
    const knowsBetter = registered.definition.isolation === "process" || registered.moduleUrl === undefined;
    return knowsBetter ? VERDICT_MS : 0;
  }

  /**
   * Gives the result's JSON, at once where the task needs no waiting: a promise for a no-op would double its price.
   * Throws `invalid_input`, `handler_error` (the result does not fit), `too_large`, or what the task threw.
   */
  execute(
    attempt: Attempt,
    hooks: { signal(): AbortSignal; progress(progress: Progress): void },
  ): string | Promise<string> {
    const registered = this.#options.registry.get(attempt.type);
    if (registered === undefined) {
      throw new TaskError("handler_error", `This service has no task type "${attempt.type}"`, {
        retryable: false,
      });
    }
    const { definition, moduleUrl } = registered;
    const input = definition.input.safeParse(JSON.parse(attempt.inputJson));
    if (!input.success) throw new TaskError("invalid_input", describeSchemaErrors(input.error));
    const context = new AttemptContext({
      ...attempt,
      services: this.#options.services,
      signal: hooks.signal,
      onProgress: hooks.progress,
      fetch: this.#options.fetch,
    });
    let pending = false;
    try {
      if (definition.isolation === "process") {
        pending = true;
        return this.#runInProcess(attempt, moduleUrl, context);
      }
      const result = definition.run(input.data, context);
      if (!isThenable(result)) return this.#checked(definition, result);
      pending = true;
      return this.#settleLater(definition, result, context);
    } finally {
      if (!pending) context[Symbol.dispose]();
    }
  }

  async #settleLater(
    definition: TaskDefinition,
    result: PromiseLike<unknown>,
    context: AttemptContext,
  ): Promise<string> {
    using _context = context;
    return this.#checked(definition, await result);
  }

  #checked(definition: TaskDefinition, result: unknown): string {
    const output = definition.output.safeParse(result);
    if (!output.success) {
      throw new TaskError(
        "handler_error",
        `The result does not fit the output schema: ${describeSchemaErrors(output.error)}`,
        { retryable: false },
      );
    }
    return this.#limited(JSON.stringify(output.data) ?? "null");
  }

  #limited(json: string): string {
    const { resultMaxBytes } = this.#options;
    if (!exceeds(json, resultMaxBytes)) return json;
    throw new TaskError("too_large", `The result is larger than ${resultMaxBytes} bytes of JSON`);
  }

  async #runInProcess(
    attempt: Attempt,
    moduleUrl: string | undefined,
    context: AttemptContext,
  ): Promise<string> {
    using _context = context;
    if (moduleUrl === undefined) {
      throw new TaskError("handler_error", "A built-in task cannot run in a process", { retryable: false });
    }
    const { taskId, type, inputJson, brand, batchId, timeoutMs } = attempt;
    const { signal } = context;
    const sandbox = await this.#options.sandbox();
    signal.throwIfAborted();
    const resultJson = await sandbox.runTask(
      {
        taskId,
        type,
        moduleUrl,
        inputJson,
        attempt: attempt.attempt,
        brand,
        batchId,
        maxResultBytes: this.#options.resultMaxBytes,
      },
      this.#processHost(context),
      { signal, timeoutMs },
    );
    // The child has checked the output; parsing it with the schema again would trip over transforms.
    JSON.parse(resultJson);
    return this.#limited(resultJson);
  }

  #processHost(context: AttemptContext): ProcessTaskHost {
    const { services } = this.#options;
    return {
      progress: (done, total, message) => context.progress(done, total, message),
      log: (level, message, fields) => context.log[level === "warning" ? "warn" : level](message, fields),
      // A call of its own may end before its task does, so it has a signal of its own.
      fetch: async (url, init, signal) => {
        signal.throwIfAborted();
        const response = await context.fetch(url, init as GuardedFetchInit);
        signal.throwIfAborted();
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          url: response.url || url,
          body: new Uint8Array(await response.arrayBuffer()),
        };
      },
      cacheGet: async (key) => (await services.cacheGet(key, false))?.valueJson,
      cacheSet: (key, valueJson, options) => services.cacheSet(key, valueJson, options),
      cacheDelete: (key) => services.cacheDelete(key),
    };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/** Whether the text is longer than that in UTF-8; counts bytes only where the length leaves it open. */
function exceeds(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}
