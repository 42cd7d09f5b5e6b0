import { assertEquals } from "@std/assert";
import { MemoryTaskStore } from "../../src/queue/adapters/memory_task_store.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import type { TaskChange, TaskStore } from "../../src/queue/port.ts";
import { TestClock } from "../contracts/task_store_contract.ts";
import { type Call, DuelCalls, withoutHookId } from "./duel_calls.ts";
import type { Tick } from "./duel_steps.ts";

/** A task that was in hand in more deaths than this is run alone by the durable store, which the model does not know. */
const MAX_CRASHES = 4;

/**
 * The durable store beside the one in memory, which is the model: every call goes to both, every answer, every change
 * that is told and every visible state must agree. A crash is the file as it lies on the disk, opened as another one:
 * what a killed process leaves. The model's crash is what the port promises of it.
 */
export class StoreDuel implements AsyncDisposable {
  crashes = 0;
  readonly #clock = new TestClock();
  readonly #folder: string;
  readonly #agingMs: number;
  readonly #model: MemoryTaskStore;
  readonly #calls = new DuelCalls(this.#clock);
  readonly #told: Record<"real" | "model", TaskChange[]> = { real: [], model: [] };
  #real: SqliteTaskStore;

  private constructor(folder: string, agingMs: number) {
    this.#folder = folder;
    this.#agingMs = agingMs;
    this.#model = new MemoryTaskStore({ agingMs, clock: this.#clock });
    this.#model.listen((changes) => this.#told.model.push(...changes));
    this.#real = this.#open();
  }

  static async begin({ agingMs }: { agingMs: number }): Promise<StoreDuel> {
    const duel = new StoreDuel(await Deno.makeTempDir({ prefix: "tutti-duel-" }), agingMs);
    await duel.#run([duel.#calls.begin()], ["begin"]);
    return duel;
  }

  async tick({ afterMs, stepMs, calls, crash }: Tick): Promise<void> {
    this.#clock.advance(afterMs);
    if (stepMs !== undefined) this.#clock.stepWall(stepMs);
    if (crash === "before" && this.crashes < MAX_CRASHES) {
      await this.#crashWith(calls);
    } else {
      // The last write makes the file know the time, which reads and lost calls need not.
      const steps = [...calls.map((step) => this.#calls.callOf(step)), this.#calls.heartbeat()];
      await this.#run(steps, [...calls.map((step) => step.do), "heartbeat"]);
      if (crash === "after" && this.crashes < MAX_CRASHES) await this.#crashWith([]);
    }
    await this.#compare();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#real.close();
    await this.#model.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** All calls in one turn of the loop, which is one transaction of the durable store. */
  async #run(calls: Call[], names: string[]): Promise<void> {
    const real = await Promise.all(calls.map((call) => call.on(this.#real, "real")));
    for (const [i, call] of calls.entries()) {
      const model = await call.on(this.#model, "model");
      assertEquals(call.seen(real[i]), call.seen(model), names[i]);
      call.after?.(real[i], model);
    }
    const told = (side: "real" | "model") =>
      this.#told[side].splice(0).map((change) => JSON.stringify(withoutHookId(sorted(change)))).sort();
    assertEquals(told("real"), told("model"), "listen()");
  }

  /** The process ends with these calls made and nothing of them committed. */
  async #crashWith(steps: Tick["calls"]): Promise<void> {
    const forget = this.#calls.mark();
    const lost = Promise.all(steps.map((step) => this.#calls.callOf(step).on(this.#real, "real")));
    const from = this.#path;
    this.crashes++;
    for (const end of ["", "-wal"]) Deno.copyFileSync(`${from}${end}`, `${this.#path}${end}`);
    const old = this.#real;
    this.#real = this.#open();
    this.#model.crash(); // in this very turn of the loop: its own timer must not come first
    await lost;
    await old.close();
    forget();
    this.#told.real = [];
    this.#told.model = [];
  }

  async #compare(): Promise<void> {
    assertEquals(withoutEmpty(this.#real.snapshot()), withoutEmpty(this.#model.snapshot()), "snapshot()");
    assertEquals(this.#real.verifyBooks(), []);
    const same = async (name: string, look: (store: TaskStore) => Promise<unknown>) =>
      assertEquals(withoutHookId(await look(this.#real)), withoutHookId(await look(this.#model)), name);
    await same("list()", (store) => store.list({ limit: 1000 }));
    await same("oldestQueuedMs()", (store) => store.oldestQueuedMs());
    await same("limits()", (store) => store.limits());
    await same("schedules()", (store) => store.schedules());
    for (const id of this.#calls.batchIds) {
      await same("getBatch()", async (store) => {
        const batch = await store.getBatch(id);
        return batch && { ...batch, finishedMs: batch.finishedMs !== undefined };
      });
      await same("batchResults()", (store) => store.batchResults(id, { limit: 100 }));
    }
  }

  get #path(): string {
    return `${this.#folder}/${this.crashes}.db`;
  }

  #open(): SqliteTaskStore {
    const store = new SqliteTaskStore({
      path: this.#path,
      agingMs: this.#agingMs,
      clock: this.#clock,
      tune: (db) => db.exec("PRAGMA synchronous = OFF"), // the crash is the process's, not the machine's
    });
    store.listen((changes) => this.#told.real.push(...changes));
    return store;
  }
}

/** A type nobody has a task of is there or not as the adapter likes. */
function withoutEmpty<T extends { byType: Record<string, Record<string, number>> }>(snapshot: T): T {
  const used = Object.entries(snapshot.byType).filter(([, counts]) =>
    Object.values(counts).some((n) => n > 0)
  );
  return { ...snapshot, byType: Object.fromEntries(used) };
}

function sorted(change: TaskChange): TaskChange {
  return Object.fromEntries(
    Object.entries(change).sort(([a], [b]) => a < b ? -1 : 1),
  ) as unknown as TaskChange;
}
