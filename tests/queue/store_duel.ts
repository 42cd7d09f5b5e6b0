import { assertEquals } from "@std/assert";
import { MemoryTaskStore } from "../../src/queue/adapters/memory_task_store.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import type { TaskStore } from "../../src/queue/port.ts";
import type { ClaimedTask, Lease, NewTask } from "../../src/queue/task.ts";
import { newTask } from "../contracts/task_store_contract.ts";
import type { Step } from "./task_store_properties_test.ts";

const FAILURE = { code: "handler_error", message: "it broke", retryable: true } as const;

/** One claim, as each of the two stores knows it: their tokens are their own. */
interface LeasePair {
  real: Lease;
  model: Lease;
}

/**
 * The durable store beside the one in memory, which is the model: every call goes to both, every answer and every
 * visible state must agree. A crash is the file as it lies on the disk, opened as another one: what a killed process
 * leaves. The model's crash is giving back what runs, which is what the port promises.
 */
export class StoreDuel implements AsyncDisposable {
  nowMs = 1_000_000;
  crashes = 0;
  readonly #folder: string;
  readonly #model: MemoryTaskStore;
  #real: SqliteTaskStore;
  /** Every lease there ever was: late finishers are drawn from it too. */
  readonly #leases: LeasePair[] = [];
  readonly #tasks: NewTask[] = [];
  readonly #batchIds: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#model = new MemoryTaskStore({ clock: () => this.nowMs });
    this.#real = this.#open();
  }

  static async begin(): Promise<StoreDuel> {
    return new StoreDuel(await Deno.makeTempDir({ prefix: "tutti-duel-" }));
  }

  /** All calls in one turn of the loop, which is one transaction of the durable store. */
  async tick(steps: Step[]): Promise<void> {
    const calls = steps.map((step) => this.#callOf(step));
    const real = await Promise.all(calls.map((call) => call.on(this.#real, "real")));
    for (const [i, call] of calls.entries()) {
      const model = await call.on(this.#model, "model");
      assertEquals(call.seen(real[i]), call.seen(model), steps[i]!.do);
      call.after?.(real[i], model);
    }
  }

  /** The process ends with these calls made and nothing of them committed. */
  async crashWith(steps: Step[]): Promise<void> {
    const cut = this.#tasks.length;
    const batches = this.#batchIds.length;
    const lost = Promise.all(steps.map((step) => this.#callOf(step).on(this.#real, "real")));
    const from = this.#path;
    this.crashes++;
    for (const end of ["", "-wal"]) Deno.copyFileSync(`${from}${end}`, `${this.#path}${end}`);
    const old = this.#real;
    this.#real = this.#open();
    await lost;
    await old.close();
    // What never happened is forgotten.
    this.#tasks.length = cut;
    this.#batchIds.length = batches;
    for (const { model } of this.#leases) await this.#model.release([{ lease: model }]);
  }

  async compare(): Promise<void> {
    const { recovered: _, ...real } = this.#real.snapshot();
    const { recovered: __, ...model } = this.#model.snapshot();
    assertEquals(withoutEmpty(real), withoutEmpty(model), "snapshot()");
    assertEquals(this.#real.verifyBooks(), []);
    assertEquals(this.#real.nextDueMs(), this.#model.nextDueMs(), "nextDueMs()");
    assertEquals(await this.#real.oldestQueuedMs(), await this.#model.oldestQueuedMs(), "oldestQueuedMs()");
    assertEquals(
      await this.#real.list({ limit: 1000 }),
      await this.#model.list({ limit: 1000 }),
      "list()",
    );
    for (const id of this.#batchIds) {
      const [a, b] = [await this.#real.getBatch(id), await this.#model.getBatch(id)];
      const shown = (batch: typeof a) => ({ ...batch, finishedMs: batch?.finishedMs !== undefined });
      assertEquals(shown(a), shown(b), "getBatch()");
      assertEquals(
        await this.#real.batchResults(id, { limit: 100 }),
        await this.#model.batchResults(id, { limit: 100 }),
        "batchResults()",
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#real.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #path(): string {
    return `${this.#folder}/${this.crashes}.db`;
  }

  #open(): SqliteTaskStore {
    return new SqliteTaskStore({
      path: this.#path,
      clock: () => this.nowMs,
      tune: (db) => db.exec("PRAGMA synchronous = OFF"), // the crash is the process's, not the machine's
    });
  }

  #newTask({ delayMs, ...given }: { priority: number; type: string; delayMs?: number }): NewTask {
    const runAtMs = delayMs === undefined ? undefined : this.nowMs + delayMs;
    const task = newTask({ ...given, createdMs: this.nowMs, ...(runAtMs === undefined ? {} : { runAtMs }) });
    this.#tasks.push(task);
    return task;
  }

  /** A step as a call that either store takes. Ids and leases are drawn before anything runs. */
  #callOf(step: Step): Call {
    const at = this.nowMs;
    switch (step.do) {
      case "enqueue": {
        const task = this.#newTask(step.task);
        return call((store) => store.enqueue({ tasks: [task] }));
      }
      case "batch": {
        const id = `batch-${this.crashes}-${this.#tasks.length}`;
        const tasks = step.tasks.map((given) => ({ ...this.#newTask(given), batchId: id }));
        const batch = { id, createdMs: at, maxConcurrent: step.maxConcurrent };
        const known = step.spoilt === undefined ? undefined : drawn(this.#tasks, step.spoilt);
        if (known !== undefined) tasks.push({ ...known, batchId: id });
        this.#batchIds.push(id);
        return call((store) => store.enqueue({ tasks, batch }));
      }
      case "enqueueAgain": {
        const known = drawn(this.#tasks, step.pick);
        const task = known ?? this.#newTask({ priority: 5, type: "a" });
        return call((store) => store.enqueue({ tasks: [task] }));
      }
      case "claim": {
        const exceptTypes = step.except === undefined ? undefined : [step.except];
        return {
          on: (store) => store.claim({ max: step.max, nowMs: at, exceptTypes }),
          seen: (claimed) => (claimed as ClaimedTask[]).map(shownOf),
          after: (real, model) => {
            (real as Lease[]).forEach(({ taskId, token }, i) => {
              const { token: modelToken } = (model as Lease[])[i]!;
              this.#leases.push({ real: { taskId, token }, model: { taskId, token: modelToken } });
            });
          },
        };
      }
      case "complete": {
        const resultJson = JSON.stringify("r".repeat(step.long ? 1000 : 5));
        return this.#ending(
          step.pick,
          (store, lease) => store.complete([{ lease, resultJson, runMs: 1, finishedMs: at }]),
        );
      }
      case "fail": {
        const next = step.retryMs === undefined ? "dead" as const : { retryAtMs: at + step.retryMs };
        return this.#ending(
          step.pick,
          (store, lease) => store.fail([{ lease, error: FAILURE, runMs: 1, finishedMs: at, next }]),
        );
      }
      case "release":
        return this.#ending(step.pick, (store, lease) =>
          store.release([{
            lease,
            crashed: step.crashed,
            ...(step.retryMs === undefined ? {} : { retryAtMs: at + step.retryMs }),
          }]));
      case "endCancelled":
        return this.#ending(step.pick, (store, lease) => store.endCancelled([{ lease, runMs: 1 }]));
      case "progress":
        return this.#ending(
          step.pick,
          (store, lease) => store.progress([{ lease, progress: { done: step.pick, total: 1000 } }]),
        );
      case "cancel": {
        const id = drawn(this.#tasks, step.pick)?.id ?? "none";
        return call((store) => store.cancel(id), withoutTokens);
      }
      case "cancelBatch": {
        const id = drawn(this.#batchIds, step.pick) ?? "none";
        return call((store) => store.cancelBatch(id), withoutTokens);
      }
      case "retry": {
        const id = drawn(this.#tasks, step.pick)?.id ?? "none";
        return call((store) => store.retry(id));
      }
      case "pause":
        return call((store) => store.setPaused(step.paused));
    }
  }

  #ending(pick: number, end: (store: TaskStore, lease: Lease) => Promise<unknown>): Call {
    const none = { taskId: "none", token: 0 };
    // Newer leases are likelier to be held still: every other draw is one of the last four.
    const from = pick % 2 === 0 ? this.#leases.slice(-4) : this.#leases;
    const pair = drawn(from, pick >> 1) ?? { real: none, model: none };
    return { on: (store, side) => end(store, pair[side]), seen: (answer) => answer };
  }
}

interface Call {
  on(store: TaskStore, side: "real" | "model"): Promise<unknown>;
  /** What of the answer must agree. */
  seen(answer: unknown): unknown;
  after?(real: unknown, model: unknown): void;
}

function call(on: Call["on"], seen: Call["seen"] = (answer) => answer): Call {
  return { on, seen };
}

function drawn<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

/** What the port promises of a claim; the model's carries the rest of the task as well. */
function shownOf(claimed: ClaimedTask): unknown {
  const { taskId, seq, type, inputJson, attempt, maxAttempts, crashes, batchId, startedMs, waitMs } = claimed;
  return { taskId, seq, type, inputJson, attempt, maxAttempts, crashes, batchId, startedMs, waitMs };
}

function withoutTokens(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value) => key === "token" ? undefined : value);
  const plain = text === undefined ? undefined : JSON.parse(text) as Record<string, unknown>;
  for (const list of [plain?.running, plain?.ended]) {
    if (Array.isArray(list)) list.sort((a, b) => a.taskId < b.taskId ? -1 : 1);
  }
  return plain;
}

/** A type nobody has a task of is there or not as the adapter likes. */
function withoutEmpty<T extends { byType: Record<string, Record<string, number>> }>(snapshot: T): T {
  const used = Object.entries(snapshot.byType).filter(([, counts]) =>
    Object.values(counts).some((n) => n > 0)
  );
  return { ...snapshot, byType: Object.fromEntries(used) };
}
