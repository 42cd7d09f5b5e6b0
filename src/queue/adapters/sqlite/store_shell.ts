import type { TaskStore } from "../../port.ts";
import type { OpName } from "./core.ts";

type Answer<K extends OpName> = Awaited<ReturnType<TaskStore[K]>>;

/** The calls of the port that reach the file, each as a name with arguments: what both shells of the core have in common. */
export abstract class StoreShell {
  readonly capabilities = {
    durable: true,
    aging: true,
    fairness: true,
    limits: true,
    shared: false,
  } as const;

  readonly enqueue = this.#op("enqueue");
  readonly claim = this.#op("claim");
  readonly complete = this.#op("complete");
  readonly fail = this.#op("fail");
  readonly release = this.#op("release");
  readonly progress = this.#op("progress");
  readonly cancel = this.#op("cancel");
  readonly endCancelled = this.#op("endCancelled");
  readonly retry = this.#op("retry");
  readonly reprioritize = this.#op("reprioritize");
  readonly remove = this.#op("remove");
  readonly bulk = this.#op("bulk");
  readonly purge = this.#op("purge");
  readonly get = this.#op("get");
  readonly list = this.#op("list");
  readonly batchResults = this.#op("batchResults");
  readonly getBatch = this.#op("getBatch");
  readonly listBatches = this.#op("listBatches");
  readonly cancelBatch = this.#op("cancelBatch");
  readonly setPaused = this.#op("setPaused");
  readonly setLimit = this.#op("setLimit");
  readonly removeLimit = this.#op("removeLimit");
  readonly limits = this.#op("limits");
  readonly putSchedule = this.#op("putSchedule");
  readonly removeSchedule = this.#op("removeSchedule");
  readonly schedules = this.#op("schedules");
  readonly fireSchedule = this.#op("fireSchedule");
  readonly oldestQueuedMs = this.#op("oldestQueuedMs");

  /** Carries a call to the core. */
  protected abstract call(name: OpName, args: unknown[]): Promise<unknown>;

  #op<K extends OpName>(name: K): (...args: Parameters<TaskStore[K]>) => Promise<Answer<K>> {
    return (...args) => this.call(name, args) as Promise<Answer<K>>;
  }
}
