/** What a client was told while it sent the load. */
export interface Told {
  requests: number;
  /** Tasks answered with 202. */
  accepted: number;
  /** Tasks whose cancelling was answered with `cancelled`. */
  cancelled: number;
  /** Requests answered otherwise, or not at all. */
  refused: number;
  /** The first of them, in words. */
  failures: string[];
}

const TICK_MS = 100;
const BATCH = 20;
/** Requests without an answer beyond which a tick is left out: an overloaded service is not given more. */
const MOST_OPEN = 500;
const CANCEL_AFTER_MS = 1000;

/** Of every 30 single tasks; `undefined` is a plain one. */
const SINGLES: (Record<string, unknown> | undefined)[] = [
  ...Array.from({ length: 11 }, () => undefined),
  ...Array.from({ length: 8 }, (_, i) => ({ priority: 1 + i % 10 })),
  ...Array.from({ length: 6 }, (_, i) => ({ delay_s: 0.5 + i })),
  ...Array.from({ length: 3 }, () => ({ input: { delay_s: 0.05 } })),
];
/** And so many that are cancelled a second later, long before their time has come. */
const CANCELLED_PER_TICK = 2;

/**
 * Tasks sent at a rate that does not depend on the answers: each tick one batch of 20 and 30 single ones, as far as the
 * rate goes. Nothing is sent twice.
 */
export class MixedLoad {
  readonly told: Told = { requests: 0, accepted: 0, cancelled: 0, refused: 0, failures: [] };
  readonly #url: string;
  readonly #ticksPerS: number;
  readonly #open = new Set<Promise<void>>();

  constructor(url: string, options: { tasksPerS: number }) {
    this.#url = url;
    this.#ticksPerS = options.tasksPerS / (BATCH + SINGLES.length + CANCELLED_PER_TICK);
  }

  /** Resolves once all that was sent has its answer. */
  async run({ durationMs }: { durationMs: number }): Promise<void> {
    const begun = performance.now();
    let done = 0;
    for (let nowMs = 0; nowMs < durationMs; nowMs = performance.now() - begun) {
      const due = Math.floor(nowMs / 1000 * this.#ticksPerS);
      // After a pause of this process not everything at once, as no client would send it so.
      for (let n = 0; done < due && n < 2; n++, done++) if (this.#open.size < MOST_OPEN) this.#tick();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS / 10));
    }
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  #tick(): void {
    this.#start(async () => {
      const inputs = Array.from({ length: BATCH }, () => ({ delay_s: 0 }));
      if (await this.#send("POST", "/api/batches", { type: "test", inputs, max_concurrent: 10 })) {
        this.told.accepted += BATCH;
      }
    });
    for (const options of SINGLES) {
      this.#start(async () => {
        const body = { type: "test", input: { delay_s: 0 }, ...options };
        if (await this.#send("POST", "/api/tasks", body)) this.told.accepted++;
      });
    }
    for (let i = 0; i < CANCELLED_PER_TICK; i++) this.#start(() => this.#thenCancel());
  }

  async #thenCancel(): Promise<void> {
    const body = { type: "test", input: { delay_s: 0 }, delay_s: 60 };
    const task = await this.#send<{ task_id: string }>("POST", "/api/tasks", body);
    if (!task) return;
    this.told.accepted++;
    await new Promise((resolve) => setTimeout(resolve, CANCEL_AFTER_MS));
    const cancelled = await this.#send<{ status: string }>("DELETE", `/api/tasks/${task.task_id}`);
    if (cancelled?.status === "cancelled") this.told.cancelled++;
  }

  #start(work: () => Promise<void>): void {
    const running = work().finally(() => this.#open.delete(running));
    this.#open.add(running);
  }

  /** The answer's body, or undefined where it was no success. */
  async #send<T>(method: string, path: string, body?: unknown): Promise<T | undefined> {
    this.told.requests++;
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: { "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as T;
      this.#refused(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      this.#refused(`${method} ${path}: ${(error as Error).message}`);
    }
    return undefined;
  }

  #refused(why: string): void {
    this.told.refused++;
    if (this.told.failures.length < 5) this.told.failures.push(why);
  }
}
