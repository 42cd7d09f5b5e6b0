import { messageOf } from "../platform/errors.ts";
import { tracer } from "../platform/tracing/mod.ts";
import type { Progress } from "../queue/task.ts";
import { endAttempt, traceAttempt } from "./attempt_traces.ts";
import { LiveAttempt } from "./live_attempt.ts";
import { Outbox } from "./outbox.ts";
import type { Attempt, WorkerServices } from "./port.ts";
import type { FromWorker, FromWorkerItem, ToWorkerItem } from "./protocol.ts";
import { ServicesClient } from "./services_client.ts";

/** What an attempt may use of its worker while it runs. */
export interface AttemptHooks {
  /** Made at the first call. */
  signal(): AbortSignal;
  progress(progress: Progress): void;
}

export interface WorkerTasks {
  /** Runs an attempt; gives its result's JSON. Throws `TaskError`, `InterruptedError` or whatever the handler threw. */
  execute(attempt: Attempt, hooks: AttemptHooks): string | Promise<string>;
  /** How long an attempt that timed out may still tell better than "timeout" what became of it, in ms; 0: not at all. */
  verdictMs(attempt: Attempt): number;
}

/**
 * The worker's half of the pool: begins attempts in the order they come, settles each exactly once, and carries the
 * services' calls. It knows attempts and messages, not tasks.
 */
export class WorkerLoop {
  readonly services: WorkerServices;
  readonly #client: ServicesClient;
  readonly #outbox: Outbox<FromWorkerItem>;
  readonly #live = new Map<number, LiveAttempt>();
  #tasks: WorkerTasks | undefined;
  #leftBehind = 0;

  constructor(post: (message: FromWorker) => void) {
    this.#outbox = new Outbox((items) => post({ kind: "batch", items }));
    this.#client = new ServicesClient((item) => this.#outbox.push(item));
    this.services = this.#client;
  }

  /** Handlers that still run although their attempt has ended. */
  get leftBehind(): number {
    return this.#leftBehind;
  }

  begin(tasks: WorkerTasks): void {
    this.#tasks = tasks;
  }

  take(items: ToWorkerItem[]): void {
    for (const item of items) {
      switch (item.kind) {
        case "attempt":
          this.#run(item.attempt);
          break;
        case "abort":
          this.#live.get(item.token)?.abort(item.reason);
          break;
        case "reply":
          this.#client.settle(item.id, item.reply);
          break;
      }
    }
  }

  flush(): void {
    this.#outbox.flush();
  }

  #run(attempt: Attempt): void {
    const { token } = attempt;
    const tasks = this.#tasks!;
    const span = tracer() === undefined ? undefined : traceAttempt(attempt);
    const live = new LiveAttempt(attempt, {
      verdictMs: () => tasks.verdictMs(attempt),
      onSettled: (outcome, handlerRuns) => {
        this.#live.delete(token);
        if (span !== undefined) endAttempt(span, outcome);
        if (handlerRuns) this.#leftBehind++;
        this.#outbox.push({ kind: "settled", token, outcome });
      },
      onLateEnd: () => this.#leftBehind--,
    });
    this.#live.set(token, live);
    const hooks: AttemptHooks = {
      signal: () => live.signal,
      progress: (progress) => {
        if (this.#live.get(token) === live) this.#outbox.push({ kind: "progress", token, progress });
      },
    };
    try {
      const result = span === undefined
        ? tasks.execute(attempt, hooks)
        : span.run(() => tasks.execute(attempt, hooks));
      if (typeof result === "string") live.succeed(result);
      else result.then((json) => live.succeed(json), (error) => live.fail(error));
    } catch (error) {
      live.fail(error);
    }
  }

  /** An error nobody awaited. It can be laid at no attempt's door, so none fails; left alone it would end the worker. */
  strayError(error: unknown): void {
    this.services.log({
      level: "error",
      message: "unhandled_error_in_task_code",
      fields: { reason: messageOf(error), in_hand: [...this.#live.values()].map((live) => live.taskId) },
    });
  }
}
