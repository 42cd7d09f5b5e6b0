import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import type { TaskStore } from "../../src/queue/port.ts";
import { QueueService, type QueueServiceOptions } from "../../src/queue/service.ts";
import type { TaskEvent } from "../../src/queue/service_port.ts";
import type { TaskTypes } from "../../src/queue/task_types.ts";
import { FakePool, type FakePoolOptions } from "../fakes/fake_pool.ts";

/** `echo` takes any object but one with `bad`; `number` is CPU-bound. */
export const TYPES: TaskTypes = {
  names: () => ["echo", "number"],
  get: (name) => {
    if (name !== "echo" && name !== "number") return undefined;
    return {
      load: name === "number" ? "cpu" : "io",
      validate: (input) =>
        typeof input === "object" && input !== null && "bad" in input
          ? { ok: false, errors: [{ path: "bad", message: "must not be there" }] }
          : { ok: true, json: JSON.stringify(input) },
    };
  },
};

export interface QueueFixtureOptions extends FakePoolOptions {
  service?: Partial<QueueServiceOptions>;
  /** A wrapper round the real store, to make it fail. */
  wrap?: (store: SqliteTaskStore) => TaskStore;
  /** @default true */
  start?: boolean;
}

/** A queue service on a real SQLite file and a fake pool, with what it said. */
export class QueueFixture implements AsyncDisposable {
  readonly store: SqliteTaskStore;
  readonly service: QueueService;
  readonly pool: FakePool;
  readonly events: TaskEvent[] = [];
  readonly errors: { error: unknown; doing: string }[] = [];
  readonly #folder: string;
  #stopped = false;

  constructor(options: QueueFixtureOptions = {}) {
    this.#folder = Deno.makeTempDirSync({ prefix: "tutti-queue-" });
    this.store = new SqliteTaskStore({ path: `${this.#folder}/queue.db` });
    let pool: FakePool | undefined;
    this.service = new QueueService({
      store: options.wrap?.(this.store) ?? this.store,
      pool: (events) => pool = new FakePool(events, options),
      types: TYPES,
      onError: (error, doing) => this.errors.push({ error, doing }),
      defaults: { backoff: { kind: "fixed", delayMs: 20, jitter: 0 } },
      ...options.service,
    });
    this.pool = pool!;
    this.service.subscribe((event) => this.events.push(event));
    if (options.start ?? true) this.service.start();
  }

  /** Puts an `echo` task in and gives its id. */
  async put(input: unknown = {}, request: { type?: string; priority?: number } = {}): Promise<string> {
    return (await this.service.enqueue({ type: "echo", input, ...request })).taskId;
  }

  /** Resolves with the first event that fits, past ones included. */
  event(fits: (event: TaskEvent) => boolean): Promise<TaskEvent> {
    const past = this.events.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => {
      const stop = this.service.subscribe((event) => {
        if (!fits(event)) return;
        stop();
        resolve(event);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.service.stop();
    await this.pool.stop();
    await this.service.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.store.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
