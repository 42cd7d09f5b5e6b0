import type { Clock } from "../../src/platform/clock.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import type { TaskStore } from "../../src/queue/port.ts";
import { QueueService, type QueueServiceOptions } from "../../src/queue/service.ts";
import type { TaskEvent, TaskRequest } from "../../src/queue/service_port.ts";
import type { TaskTypeInfo, TaskTypes } from "../../src/queue/task_types.ts";
import type { Outcome } from "../../src/workers/port.ts";
import { FakePool, type FakePoolOptions } from "../fakes/fake_pool.ts";

const validate: TaskTypeInfo["validate"] = (input) =>
  typeof input === "object" && input !== null && "bad" in input
    ? { ok: false, errors: [{ path: "bad", message: "must not be there" }] }
    : { ok: true, json: JSON.stringify(input) };

const INFOS: Record<string, TaskTypeInfo> = {
  echo: { load: "io", validate },
  number: { load: "cpu", validate },
  page: {
    load: "io",
    validate,
    maxAttempts: 7,
    backoff: { kind: "list", delaysMs: [5, 9] },
    limitKeys: (input) => [`host:${(input as { host: string }).host}`],
  },
};

/** All take anything but an object with `bad`. `number` is CPU-bound; `page` has defaults and a `host:` of its own. */
export const TYPES: TaskTypes = { names: () => Object.keys(INFOS), get: (name) => INFOS[name] };

/** A clock that stands until it is set. */
export class HandClock implements Clock {
  wall = 1_700_000_000_000;
  mono = 0;

  wallMs(): number {
    return this.wall;
  }

  monoMs(): number {
    return this.mono;
  }

  pass(ms: number): void {
    this.wall += ms;
    this.mono += ms;
  }
}

export interface QueueFixtureOptions extends FakePoolOptions {
  service?: Partial<QueueServiceOptions>;
  /** For the store and the service. @default the system's */
  clock?: Clock;
  /** A wrapper round the store, to make it fail or to see what is asked of it. */
  wrap?: (store: TaskStore) => TaskStore;
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
    const { clock } = options;
    this.#folder = Deno.makeTempDirSync({ prefix: "tutti-queue-" });
    this.store = new SqliteTaskStore({ path: `${this.#folder}/queue.db`, clock });
    let pool: FakePool | undefined;
    this.service = new QueueService({
      store: options.wrap?.(this.store) ?? this.store,
      pool: (events) => pool = new FakePool(events, options),
      types: TYPES,
      clock,
      onError: (error, doing) => this.errors.push({ error, doing }),
      defaults: { backoff: { kind: "fixed", delayMs: 20, jitter: 0 } },
      ...options.service,
    });
    this.pool = pool!;
    this.service.subscribe((event) => this.events.push(event));
    if (options.start ?? true) this.service.start();
  }

  /** Puts an `echo` task in and gives its id. */
  async put(input: unknown = {}, request: Partial<TaskRequest> = {}): Promise<string> {
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

  /** Puts an `echo` task in, runs it to its end and gives its id. */
  async ended(outcome?: Outcome, request: Partial<TaskRequest> = {}): Promise<string> {
    const began = this.pool.runs.length + 1;
    const id = await this.put({}, request);
    await this.pool.began(began);
    this.pool.settle(id, outcome);
    await this.service.waitForEnd(id, { waitMs: 60_000 });
    return id;
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
