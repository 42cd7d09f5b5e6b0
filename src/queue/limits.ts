import { notFound } from "./control.ts";
import { Findings } from "./findings.ts";
import type { Limit, LimitState, TaskStore } from "./port.ts";
import { checkLimit } from "./validation.ts";

/** Pauses and limits by key, checked; the store holds them and goes by them. */
export class QueueLimits {
  readonly #store: TaskStore;

  constructor(store: TaskStore) {
    this.#store = store;
  }

  /** The whole queue, or what carries a key. */
  async setPaused(paused: boolean, key?: string): Promise<void> {
    checkKey(key);
    await this.#store.setPaused(paused, key);
  }

  list(): Promise<LimitState[]> {
    return this.#store.limits();
  }

  async get(key: string): Promise<LimitState> {
    const limit = (await this.#store.limits()).find((limit) => limit.key === key);
    if (limit === undefined) throw notFound("limit", key);
    return limit;
  }

  async set({ key, concurrency, rate }: Limit): Promise<LimitState> {
    const findings = new Findings();
    checkLimit({ key, concurrency, rate }, findings);
    findings.throwIfAny();
    await this.#store.setLimit({
      key,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(rate === undefined ? {} : { rate: { count: rate.count, perMs: Math.round(rate.perMs) } }),
    });
    return await this.get(key);
  }

  async remove(key: string): Promise<void> {
    if (!await this.#store.removeLimit(key)) throw notFound("limit", key);
  }
}

function checkKey(key: string | undefined): void {
  const findings = new Findings();
  findings.label("key", key);
  findings.throwIfAny();
}
