import type { Config } from "../config/mod.ts";
import { type Clock, SYSTEM_CLOCK } from "../platform/clock.ts";
import { nextTurn } from "../platform/next_turn.ts";
import type { PurgeRequest, TaskStore } from "./port.ts";

/** How long and how many ended tasks are kept. */
export interface RetentionRule {
  status: PurgeRequest["status"];
  /** Seconds since the end; 0: for ever. */
  maxAgeS: number;
  /** The latest accepted stay; 0: without bound. */
  maxCount: number;
}

/** The rules as the settings name them. */
export function retentionRules(
  config: Pick<Config, Extract<keyof Config, `RETAIN_${string}`>>,
): RetentionRule[] {
  return [
    { status: "completed", maxAgeS: config.RETAIN_COMPLETED_S, maxCount: config.RETAIN_COMPLETED_COUNT },
    { status: "failed", maxAgeS: config.RETAIN_FAILED_S, maxCount: config.RETAIN_FAILED_COUNT },
    { status: "cancelled", maxAgeS: config.RETAIN_CANCELLED_S, maxCount: config.RETAIN_CANCELLED_COUNT },
  ];
}

export interface RetentionOptions {
  store: TaskStore;
  rules: RetentionRule[];
  /** @default 60000 */
  checkMs?: number;
  /** Its wall clock says how old an end is. @default SYSTEM_CLOCK */
  clock?: Clock;
  /** Told of a look that failed; the next one comes all the same. */
  onError: (error: unknown, doing: string) => void;
}

/** Tasks forgotten in one transaction: some milliseconds of work, so that claims and ends get theirs between. */
const STEP = 500;

/** The janitor: looks at the start and then again and again, and forgets ended tasks that are too old or too many. */
export class Retention {
  readonly #options: RetentionOptions;
  #looking: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Looks now and every `checkMs`; a look that takes longer than that is not joined by another. */
  start(): void {
    if (this.#timer !== undefined || this.#stopped) {
      throw new TypeError(`Cannot start retention as it ${this.#stopped ? "was stopped" : "runs"}`);
    }
    const look = () => void this.look();
    this.#timer = setInterval(look, this.#options.checkMs ?? 60_000);
    look();
  }

  /** No more looks; resolves once the one under way has ended after its step. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** One look, or the one under way. Never rejects. */
  look(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  async #look(): Promise<void> {
    for (const rule of this.#options.rules) {
      try {
        await this.#purge(rule);
      } catch (error) {
        this.#options.onError(error, `forgetting ${rule.status} tasks`);
      }
    }
  }

  async #purge({ status, maxAgeS, maxCount }: RetentionRule): Promise<void> {
    if (maxAgeS <= 0 && maxCount <= 0) return;
    const { store, clock = SYSTEM_CLOCK } = this.#options;
    const request: PurgeRequest = { status, limit: STEP };
    if (maxAgeS > 0) request.endedBeforeMs = clock.wallMs() - maxAgeS * 1000;
    if (maxCount > 0) request.keepNewest = maxCount;
    while (!this.#stopped && await store.purge(request) >= STEP) await nextTurn();
  }
}
