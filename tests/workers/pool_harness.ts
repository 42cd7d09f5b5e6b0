import { NO_INDEX_WORK } from "../../src/search/off.ts";
import { WebWorkerPool, type WebWorkerPoolOptions } from "../../src/workers/mod.ts";
import type { Attempt, Outcome, WorkerLogRecord, WorkerServices } from "../../src/workers/port.ts";
import type { Progress } from "../../src/queue/task.ts";

export const TASKS_DIR = new URL("../fixtures/tasks/", import.meta.url).pathname;
const CPU_TYPES = new Set(["crunch"]);

/** Services in memory, with what they were asked. */
export function memoryServices() {
  const values = new Map<string, string>();
  const logs: WorkerLogRecord[] = [];
  const held = new Set<number>();
  let last = 0;
  const services: WorkerServices = {
    cacheGet: (key) => {
      const valueJson = values.get(key);
      const nowMs = Date.now();
      return Promise.resolve(
        valueJson === undefined
          ? undefined
          : { valueJson, storedMs: nowMs, freshUntilMs: nowMs + 1000, stale: false },
      );
    },
    cacheSet: (key, valueJson) => Promise.resolve(void values.set(key, valueJson)),
    cacheDelete: (key) => Promise.resolve(values.delete(key)),
    hostAcquire: () => Promise.resolve((held.add(++last), last)),
    hostRelease: (ticket) => Promise.resolve(void held.delete(ticket)),
    brandScrape: () => Promise.resolve(undefined),
    render: () => Promise.reject(new Error("there is no browser")),
    ...NO_INDEX_WORK,
    startCrawl: () => Promise.reject(new Error("there are no crawls")),
    log: (record) => void logs.push(record),
  };
  return { services, logs, held };
}

/** A running pool with every outcome it tells. */
export class PoolHarness implements AsyncDisposable {
  readonly memory = memoryServices();
  readonly pool: WebWorkerPool;
  readonly outcomes = new Map<string, Outcome>();
  readonly order: string[] = [];
  readonly progress: Progress[] = [];
  readonly twice: string[] = [];
  onCapacity = () => {};
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  #token = 0;

  constructor(options: Partial<WebWorkerPoolOptions> & { tasksDir?: string } = {}) {
    const { tasksDir = TASKS_DIR, ...rest } = options;
    this.pool = new WebWorkerPool({
      workers: 1,
      init: {
        tasksDir,
        testEndpoints: true,
        resultMaxBytes: 65_536,
        sandbox: {
          userAgent: "test",
          heapMb: 128,
          rssMb: 512,
          cpuMs: 2000,
          maxUses: 100,
          ports: [80],
          allowPrivateHosts: [],
        },
        scrape: { timeoutMs: 5000 },
        warmSandbox: false,
      },
      services: this.memory.services,
      loadOf: (type) => CPU_TYPES.has(type) ? "cpu" : "io",
      ...rest,
    });
    this.pool.listen({
      onSettled: (attempt, outcome) => {
        if (this.outcomes.has(attempt.taskId)) this.twice.push(attempt.taskId);
        this.outcomes.set(attempt.taskId, outcome);
        this.order.push(attempt.taskId);
        this.#waiting.get(attempt.taskId)?.(outcome);
      },
      onProgress: (_attempt, progress) => this.progress.push(progress),
      onCapacity: () => this.onCapacity(),
    });
  }

  static async start(options: ConstructorParameters<typeof PoolHarness>[0] = {}): Promise<PoolHarness> {
    const harness = new PoolHarness(options);
    await harness.pool.start();
    return harness;
  }

  attempt(type: string, input: unknown = {}, options: Partial<Attempt> = {}): Attempt {
    const token = ++this.#token;
    return {
      taskId: `${type}-${token}`,
      token,
      type,
      inputJson: JSON.stringify(input),
      attempt: 1,
      timeoutMs: 30_000,
      exclusive: false,
      ...options,
    };
  }

  /** Hands attempts over in one call; resolves to their outcomes. */
  run(...attempts: Attempt[]): Promise<Outcome[]> {
    const ends = attempts.map((attempt) => this.ended(attempt));
    this.pool.run(attempts);
    return Promise.all(ends);
  }

  async runOne(type: string, input: unknown = {}, options: Partial<Attempt> = {}): Promise<Outcome> {
    return (await this.run(this.attempt(type, input, options)))[0]!;
  }

  ended({ taskId }: Attempt): Promise<Outcome> {
    return new Promise((resolve) => this.#waiting.set(taskId, resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.stop({ graceMs: 0 });
    if (this.twice.length > 0) throw new Error(`settled more than once: ${this.twice.join(", ")}`);
  }
}
