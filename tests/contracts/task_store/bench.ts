import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../../src/platform/clock.ts";
import type { ClaimRequest, EnqueueRequest, TaskChange, TaskStore } from "../../../src/queue/port.ts";
import { type ClaimedTask, DEFAULT_BACKOFF, type Lease, type NewTask } from "../../../src/queue/task.ts";
import { TestClock } from "./test_clock.ts";

/** What a test of the contract works with. `books` throws where the counters and the tasks disagree. */
export interface StoreFixture extends AsyncDisposable {
  store: TaskStore;
  books?: () => void;
}

export interface StoreFactoryOptions {
  agingMs: number;
  clock: Clock;
}

export interface ContractTestOptions {
  /** @default 60000 */
  agingMs?: number;
  /** The machine's own, for what timers bring about. @default a clock in the test's hand */
  clock?: Clock;
}

/** Declares one test of the suite. */
export type ContractTest = (
  behaviour: string,
  body: (at: Bench) => Promise<void>,
  options?: ContractTestOptions,
) => void;

export const FAILURE = { code: "handler_error", message: "it broke", retryable: true } as const;

let counter = 0;

/** A task with everything that is not to the point filled in. */
export function newTask(given: Partial<NewTask> = {}): NewTask {
  return {
    id: `t-${++counter}`,
    type: "test",
    inputJson: '{"n":1}',
    priority: 5,
    maxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 1000,
    createdMs: 1000,
    ...given,
  };
}

export function leaseOf({ taskId, token }: Lease): Lease {
  return { taskId, token };
}

/** A store under test with shorthands. Every call checks the books. */
export class Bench {
  readonly store: TaskStore;
  readonly clock: TestClock;
  /** Everything the listener was told. */
  readonly told: TaskChange[] = [];
  readonly #fixture: StoreFixture;
  #closed = false;

  constructor(fixture: StoreFixture, clock: TestClock) {
    this.#fixture = fixture;
    this.clock = clock;
    this.store = fixture.store;
    this.store.listen((changes) => this.told.push(...changes));
  }

  balanced(): void {
    if (this.#closed) return;
    const { accepted, counts } = this.store.snapshot();
    assertEquals(accepted, Object.values(counts).reduce((sum, n) => sum + n, 0));
    this.#fixture.books?.();
  }

  /** Closes the store before the test's end would. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.store.close();
  }

  /** Accepts a task; its id. */
  async put(given: Partial<NewTask> = {}): Promise<string> {
    const task = newTask({ createdMs: this.clock.wallMs(), ...given });
    await this.enqueue({ tasks: [task] });
    return task.id;
  }

  async putBatch(
    id: string,
    count: number,
    maxConcurrent: number,
    onComplete?: NewTask,
  ): Promise<string[]> {
    const createdMs = this.clock.wallMs();
    const tasks = Array.from({ length: count }, () => newTask({ createdMs, batchId: id }));
    await this.enqueue({ tasks, batch: { id, createdMs, maxConcurrent, onComplete } });
    return tasks.map((task) => task.id);
  }

  async enqueue(request: EnqueueRequest): Promise<void> {
    assertEquals(await this.store.enqueue(request), { kind: "accepted" });
    this.balanced();
  }

  async claim(max: number, exceptTypes?: string[]): Promise<ClaimedTask[]> {
    return await this.claimWith({ max, exceptTypes });
  }

  async claimWith(request: ClaimRequest): Promise<ClaimedTask[]> {
    const claimed = await this.store.claim(request);
    this.balanced();
    return claimed;
  }

  async claimIds(max: number, exceptTypes?: string[]): Promise<string[]> {
    return (await this.claim(max, exceptTypes)).map(({ taskId }) => taskId);
  }

  /** Claims the one task there must be. */
  async claimOne(): Promise<ClaimedTask> {
    const [claimed] = await this.claim(1);
    assert(claimed !== undefined, "nothing to claim");
    return claimed;
  }

  async complete(claimed: ClaimedTask, resultJson = '{"ok":true}'): Promise<boolean> {
    const finishedMs = this.clock.wallMs();
    const [held] = await this.store.complete([
      { lease: leaseOf(claimed), resultJson, runMs: 12.4, finishedMs },
    ]);
    this.balanced();
    return held!;
  }

  async fail(claimed: ClaimedTask, next: { waitMs: number } | "dead"): Promise<void> {
    const end = { lease: leaseOf(claimed), error: FAILURE, runMs: 1.5, finishedMs: this.clock.wallMs() };
    await this.store.fail([{ ...end, next }]);
    this.balanced();
  }

  async release(claimed: ClaimedTask, waitMs?: number): Promise<void> {
    await this.store.release([{ lease: leaseOf(claimed), ...(waitMs === undefined ? {} : { waitMs }) }]);
    this.balanced();
  }

  async task(id: string) {
    const task = await this.store.get(id);
    assert(task !== undefined, `no task ${id}`);
    return task;
  }

  async status(id: string): Promise<string> {
    return (await this.task(id)).status;
  }

  /** What the listener was told since this was last asked, as "id status", sorted. */
  heard(): string[] {
    return this.told.splice(0).map(({ taskId, status }) => `${taskId} ${status}`).sort();
  }
}
