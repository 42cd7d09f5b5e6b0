import { settlesWithin } from "../platform/deadline.ts";
import type { MetricsGauges, SearchGauge } from "./port.ts";

/** How long one look serves: ten scrapers cost no more than one. */
const MAX_AGE_MS = 500;
/** What does not answer by then is not known: whoever asks for metrics must not hang with a disk. */
const TIMEOUT_MS = 200;

/** What had to be asked for with a wait, as of the last look; undefined where it is not known. */
export interface Looked {
  /** 0 where nothing waits. */
  oldestQueuedS?: number;
  search?: SearchGauge;
}

/** Asks, for those who read metrics, what other threads know. Never rejects; a part that fails is unknown. */
export class Looks {
  readonly #gauges: Pick<MetricsGauges, "oldestQueuedMs" | "search">;
  readonly #nowMs: () => number;
  #last: Looked = {};
  #lastMs = -Infinity;
  #looking: Promise<Looked> | undefined;

  constructor(gauges: Pick<MetricsGauges, "oldestQueuedMs" | "search">, nowMs: () => number) {
    this.#gauges = gauges;
    this.#nowMs = nowMs;
  }

  get last(): Looked {
    return this.#last;
  }

  /** A look no older than half a second; within 200 ms. */
  async look(): Promise<Looked> {
    if (this.#nowMs() - this.#lastMs < MAX_AGE_MS) return this.#last;
    return await (this.#looking ??= this.#look());
  }

  async #look(): Promise<Looked> {
    try {
      const [oldest, search] = await Promise.all([
        answerOf(() => this.#gauges.oldestQueuedMs()),
        answerOf(() => this.#gauges.search()),
      ]);
      const oldestMs = oldest?.value;
      this.#last = {
        ...(oldest === undefined ? {} : {
          oldestQueuedS: oldestMs === undefined ? 0 : Math.max(0, Date.now() - oldestMs) / 1000,
        }),
        ...(search?.value === undefined ? {} : { search: search.value }),
      };
      this.#lastMs = this.#nowMs();
      return this.#last;
    } finally {
      this.#looking = undefined;
    }
  }
}

async function answerOf<T>(ask: () => Promise<T>): Promise<{ value: T } | undefined> {
  try {
    const asked = ask();
    return await settlesWithin(asked, TIMEOUT_MS) ? { value: await asked } : undefined;
  } catch {
    return undefined;
  }
}
