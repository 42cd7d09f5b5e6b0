import { DeferredError } from "../platform/errors.ts";
import { TurnForecast } from "./turn_forecast.ts";

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
  forecast: TurnForecast;
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
  readonly #tickets = new Map<number, { key: string; sinceMs: number }>();
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
   *
   * With `maxWaitMs` it does not wait for long: a turn that is further away is refused at once, and one that has not
   * come by then is refused, with the time at which to ask again. Those refused are told times one after another, so
   * that they do not all come back together.
   *
   * @throws {DeferredError} no turn within `maxWaitMs`
   * @throws the signal's reason, when it aborts first
   */
  acquire(
    key: string,
    limits: GateLimits,
    options: { signal?: AbortSignal; maxWaitMs?: number } = {},
  ): Promise<number> {
    const { signal, maxWaitMs = Infinity } = options;
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
        forecast: new TurnForecast(),
      };
      this.#keys.set(key, state);
    }
    const nowMs = this.#clock.nowMs();
    const ahead = state.waiters.length;
    if (state.forecast.turnMs({ ...state, limits, nowMs, ahead }) - nowMs > maxWaitMs) {
      return Promise.reject(this.#deferral(key, state, { limits, maxWaitMs, ahead }));
    }
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        state.waiters.splice(state.waiters.indexOf(waiter), 1);
        waiter.refuse(reason);
        this.#advance(key, state);
      };
      const onAbort = () => leave(signal!.reason);
      let cancelWait: (() => void) | undefined;
      const disarm = () => {
        cancelWait?.();
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        limits,
        grant: (ticket) => {
          disarm();
          resolve(ticket);
        },
        refuse: (reason) => {
          disarm();
          reject(reason);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      state.waiters.push(waiter);
      this.#advance(key, state);
      // Most turns come at once: only those that wait pay for a timer.
      if (maxWaitMs < MAX_TIMER_MS && state.waiters.includes(waiter)) {
        cancelWait = this.#clock.after(
          maxWaitMs,
          // Those behind it came later and may be refused as well: only those before it count.
          () =>
            leave(this.#deferral(key, state, { limits, maxWaitMs, ahead: state.waiters.indexOf(waiter) })),
        );
      }
    });
  }

  /** Gives a ticket back; a second time it does nothing. `backoffMs`: the host asked to be left alone that long. */
  release(ticket: number, feedback: { backoffMs?: number } = {}): void {
    const held = this.#tickets.get(ticket);
    if (held === undefined) return;
    this.#tickets.delete(ticket);
    const { key, sinceMs } = held;
    const state = this.#keys.get(key)!;
    const nowMs = this.#clock.nowMs();
    state.held--;
    state.forecast.ended(nowMs - sinceMs);
    if (feedback.backoffMs !== undefined && feedback.backoffMs > 0) {
      state.notBeforeMs = Math.max(state.notBeforeMs, nowMs + feedback.backoffMs);
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
      this.#tickets.set(ticket, { key, sinceMs: now });
      waiter.grant(ticket);
    }
    if (this.#idle(state)) this.#keys.delete(key);
  }

  #deferral(
    key: string,
    state: KeyState,
    asked: { limits: GateLimits; maxWaitMs: number; ahead: number },
  ): DeferredError {
    const atMs = state.forecast.promise({ ...state, ...asked, nowMs: this.#clock.nowMs() });
    return new DeferredError(atMs, `No turn at ${key} within ${asked.maxWaitMs} ms`);
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
