/** Limits of one key: `concurrency` tickets at once, `delayMs` from the start of one to the start of the next. */
export interface GateLimits {
  concurrency: number;
  delayMs: number;
}

/** Time as the gate needs it. */
export interface GateClock {
  nowMs(): number;
  /** Calls `run` after `ms`; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
}

interface Waiter {
  limits: GateLimits;
  grant(ticket: number): void;
  refuse(reason: unknown): void;
}

interface KeyState {
  held: number;
  lastStartMs: number;
  /** Backoff: nothing starts before this time. */
  notBeforeMs: number;
  /** How long the last holder's delay keeps the key alive after it is idle. */
  idleUntilMs: number;
  waiters: Waiter[];
  cancelTimer?: () => void;
}

const systemClock: GateClock = {
  nowMs: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const MAX_TIMER_MS = 2_000_000_000;

/**
 * Politeness to hosts, and mutexes: whoever asks for a key waits its turn, first come, first served. Lives in the main
 * isolate, so that all workers share one budget a host. A key that is idle and whose delay has run out is forgotten.
 */
export class HostGate implements Disposable {
  readonly #clock: GateClock;
  readonly #keys = new Map<string, KeyState>();
  readonly #tickets = new Map<number, string>();
  #nextTicket = 1;
  #disposed = false;

  /** @param options.clock @default the system's */
  constructor(options: { clock?: GateClock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  /** Keys that are held, waited for or not yet due. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Waits for a turn at `key`. The limits of the one who waits count, so they may change from call to call.
   * @throws the signal's reason, when it aborts first
   */
  acquire(key: string, limits: GateLimits, options: { signal?: AbortSignal } = {}): Promise<number> {
    const { signal } = options;
    if (limits.concurrency < 1) {
      throw new RangeError(
        `Cannot acquire "${key}" as 'concurrency' must be at least 1: current value is ${limits.concurrency}`,
      );
    }
    if (this.#disposed) return Promise.reject(new DOMException("The gate is closed", "AbortError"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#forgetIdle();
    let state = this.#keys.get(key);
    if (!state) {
      state = {
        held: 0,
        lastStartMs: -Infinity,
        notBeforeMs: -Infinity,
        idleUntilMs: -Infinity,
        waiters: [],
      };
      this.#keys.set(key, state);
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        state.waiters.splice(state.waiters.indexOf(waiter), 1);
        reject(signal!.reason);
        this.#advance(key, state);
      };
      const waiter: Waiter = {
        limits,
        grant: (ticket) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(ticket);
        },
        refuse: (reason) => {
          signal?.removeEventListener("abort", onAbort);
          reject(reason);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      state.waiters.push(waiter);
      this.#advance(key, state);
    });
  }

  /** Gives a ticket back; a second time it does nothing. `backoffMs`: the host asked to be left alone that long. */
  release(ticket: number, feedback: { backoffMs?: number } = {}): void {
    const key = this.#tickets.get(ticket);
    if (key === undefined) return;
    this.#tickets.delete(ticket);
    const state = this.#keys.get(key)!;
    state.held--;
    if (feedback.backoffMs !== undefined && feedback.backoffMs > 0) {
      state.notBeforeMs = Math.max(state.notBeforeMs, this.#clock.nowMs() + feedback.backoffMs);
    }
    this.#advance(key, state);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const state of this.#keys.values()) {
      state.cancelTimer?.();
      for (const waiter of state.waiters) waiter.refuse(new DOMException("The gate is closed", "AbortError"));
      state.waiters = [];
    }
    this.#keys.clear();
    this.#tickets.clear();
  }

  #advance(key: string, state: KeyState): void {
    if (this.#disposed) return;
    state.cancelTimer?.();
    state.cancelTimer = undefined;
    while (state.waiters.length > 0) {
      const waiter = state.waiters[0]!;
      if (state.held >= waiter.limits.concurrency) return;
      const now = this.#clock.nowMs();
      const dueMs = Math.max(state.notBeforeMs, state.lastStartMs + waiter.limits.delayMs);
      if (dueMs > now) {
        state.cancelTimer = this.#clock.after(
          Math.min(dueMs - now, MAX_TIMER_MS),
          () => this.#advance(key, state),
        );
        return;
      }
      state.waiters.shift();
      state.held++;
      state.lastStartMs = now;
      state.idleUntilMs = now + waiter.limits.delayMs;
      const ticket = this.#nextTicket++;
      this.#tickets.set(ticket, key);
      waiter.grant(ticket);
    }
    if (this.#idle(state)) this.#keys.delete(key);
  }

  #idle(state: KeyState): boolean {
    return state.held === 0 && state.waiters.length === 0 &&
      Math.max(state.notBeforeMs, state.idleUntilMs) <= this.#clock.nowMs();
  }

  /** Looks at a few of the oldest keys on each call, so that no timer has to. */
  #forgetIdle(): void {
    let looked = 0;
    for (const [key, state] of this.#keys) {
      if (looked++ >= 4) return;
      this.#keys.delete(key);
      // Those still in use go to the end, so that every key gets its look.
      if (!this.#idle(state)) this.#keys.set(key, state);
    }
  }
}
