import { ServiceError } from "../../src/platform/errors.ts";
import type { Limit, LimitState } from "../../src/queue/port.ts";

/** Limits and pauses by key, kept and answered; nothing is held up by them. */
export class FakeLimits {
  readonly #limits = new Map<string, Limit>();
  readonly #paused = new Set<string>();

  setPaused(key: string, paused: boolean): void {
    if (paused) this.#paused.add(key);
    else this.#paused.delete(key);
  }

  pausedKeys(): string[] {
    return [...this.#paused].sort();
  }

  all(): LimitState[] {
    return [...new Set([...this.#limits.keys(), ...this.#paused])].sort().map((key) => this.#state(key));
  }

  get(key: string): LimitState {
    if (!this.#limits.has(key) && !this.#paused.has(key)) throw noLimit(key);
    return this.#state(key);
  }

  set(limit: Limit): LimitState {
    this.#limits.set(limit.key, limit);
    return this.#state(limit.key);
  }

  remove(key: string): void {
    if (!this.#limits.delete(key)) throw noLimit(key);
  }

  #state(key: string): LimitState {
    return { ...this.#limits.get(key), key, paused: this.#paused.has(key), running: 0 };
  }
}

function noLimit(key: string): ServiceError {
  return new ServiceError("not_found", `There is no limit of ${key}`);
}
