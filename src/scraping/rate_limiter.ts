import { DeferredError } from "../platform/errors.ts";
import {
  type GateClock,
  type GateLimits,
  type GateOptions,
  type HostReport,
  systemClock,
} from "./gate_options.ts";
import { HostPace, LEFT_ALONE, type TurnFeedback } from "./host_pace.ts";
import { TurnForecast, type TurnView } from "./turn_forecast.ts";

interface Waiter {
  limits: GateLimits;
  grant(ticket: number): void;
  refuse(reason: unknown): void;
}

interface KeyState {
  held: number;
  lastStartMs: number;
  pace: HostPace;
  /** Of the last one who asked. */
  asked: GateLimits;
  /** How long the last holder's delay keeps the key alive after it is idle. */
  idleUntilMs: number;
  waiters: Waiter[];
  cancelTimer?: () => void;
  forecast: TurnForecast;
}

const MAX_TIMER_MS = 2_000_000_000;
const HOST = "host:";

/**
 * Politeness to hosts, and mutexes: whoever asks for a key waits its turn, first come, first served. Lives in the main
 * isolate, so that all workers share one budget a host. A host that says it is asked too much is asked less (`HostPace`).
 * A key that is idle and has nothing to remember is forgotten.
 */
export class HostGate implements Disposable {
  readonly #clock: GateClock;
  readonly #keys = new Map<string, KeyState>();
  readonly #tickets = new Map<number, { key: string; sinceMs: number; asked: GateLimits }>();
  readonly #maxBackoffMs: number;
  #nextTicket = 1;
  #disposed = false;

  constructor(options: GateOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#maxBackoffMs = options.maxBackoffMs ?? 300_000;
  }

  /** Keys that are held, waited for or not yet due. */
  get size(): number {
    return this.#keys.size;
  }

  /** The hosts that are held or waited for, those left alone first, then by who waits. */
  report(limit = 100): HostReport[] {
    const nowMs = this.#clock.nowMs();
    const hosts: HostReport[] = [];
    for (const [key, { held, waiters, pace, asked }] of this.#keys) {
      const leftAlone = pace.notBeforeMs > nowMs;
      if (!key.startsWith(HOST) || (held === 0 && waiters.length === 0 && !leftAlone)) continue;
      const { concurrency, delayMs } = pace.limits(asked);
      hosts.push({
        host: key.slice(HOST.length),
        held,
        waiting: waiters.length,
        concurrency,
        delayMs,
        ...(leftAlone ? { leftAloneUntilMs: Math.round(pace.notBeforeMs) } : {}),
      });
    }
    const order = (each: HostReport) => (each.leftAloneUntilMs === undefined ? 0 : 1e9) + each.waiting;
    return hosts.sort((a, b) => order(b) - order(a)).slice(0, limit);
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
    asked: GateLimits,
    options: { signal?: AbortSignal; maxWaitMs?: number } = {},
  ): Promise<number> {
    const { signal, maxWaitMs = Infinity } = options;
    if (asked.concurrency < 1) {
      throw new RangeError(
        `Cannot acquire "${key}" as 'concurrency' must be at least 1: current value is ${asked.concurrency}`,
      );
    }
    const limits = effective(asked);
    if (this.#disposed) return Promise.reject(new DOMException("The gate is closed", "AbortError"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#forgetIdle();
    let state = this.#keys.get(key);
    if (!state) {
      state = {
        held: 0,
        lastStartMs: -Infinity,
        pace: new HostPace({ maxBackoffMs: this.#maxBackoffMs }),
        asked: limits,
        idleUntilMs: -Infinity,
        waiters: [],
        forecast: new TurnForecast(),
      };
      this.#keys.set(key, state);
    }
    state.asked = limits;
    const nowMs = this.#clock.nowMs();
    const ahead = state.waiters.length;
    if (state.forecast.turnMs(view(state, { limits, nowMs, ahead })) - nowMs > maxWaitMs) {
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

  /** Gives a ticket back, with how its host took it; a second time it does nothing. */
  release(ticket: number, feedback: TurnFeedback = {}): void {
    const held = this.#tickets.get(ticket);
    if (held === undefined) return;
    this.#tickets.delete(ticket);
    const { key, sinceMs, asked } = held;
    const state = this.#keys.get(key)!;
    const nowMs = this.#clock.nowMs();
    state.held--;
    state.forecast.ended(nowMs - sinceMs);
    state.pace.ended(feedback, { startedMs: sinceMs, nowMs, asked });
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
      const { concurrency, delayMs } = state.pace.limits(waiter.limits);
      if (state.held >= concurrency) return;
      const now = this.#clock.nowMs();
      const dueMs = Math.max(state.pace.notBeforeMs, state.lastStartMs + delayMs);
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
      this.#tickets.set(ticket, { key, sinceMs: now, asked: waiter.limits });
      waiter.grant(ticket);
    }
    if (this.#idle(state)) this.#keys.delete(key);
  }

  #deferral(
    key: string,
    state: KeyState,
    asked: { limits: GateLimits; maxWaitMs: number; ahead: number },
  ): DeferredError {
    const nowMs = this.#clock.nowMs();
    const atMs = state.forecast.promise(view(state, { ...asked, nowMs }));
    return new DeferredError(
      atMs,
      state.pace.notBeforeMs > nowMs
        ? `${key} ${LEFT_ALONE}`
        : `No turn at ${key} within ${asked.maxWaitMs} ms`,
    );
  }

  #idle(state: KeyState): boolean {
    const nowMs = this.#clock.nowMs();
    return state.held === 0 && state.waiters.length === 0 && state.idleUntilMs <= nowMs &&
      state.pace.atRest(nowMs);
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

function view(
  { held, lastStartMs, pace }: KeyState,
  asked: { limits: GateLimits; nowMs: number; ahead: number },
): TurnView {
  return { ...asked, limits: pace.limits(asked.limits), held, lastStartMs, notBeforeMs: pace.notBeforeMs };
}

/** A site that names a delay means one request after another. */
function effective(asked: GateLimits): GateLimits {
  const { delayMs, crawlDelayMs = 0 } = asked;
  return crawlDelayMs === 0 ? asked : { concurrency: 1, delayMs: Math.max(delayMs, crawlDelayMs) };
}
