import type { Clock } from "../../../platform/clock.ts";

/** Difference of the clocks that is no more than their running unevenly. */
const TOLERANCE_MS = 1000;

/**
 * Queue time: began as the wall clock's time and goes with the monotonic clock from there, so that the wall clock being
 * set moves nothing that waits for a while, only what waits for a time of day.
 */
export class QueueTime {
  readonly #clock: Clock;
  #originMs: number;
  #knownDriftMs = 0;
  #lastCommit: { nowMs: number; wallMs: number };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#originMs = this.wallMs - clock.monoMs();
    this.#lastCommit = { nowMs: this.nowMs, wallMs: this.wallMs };
  }

  get nowMs(): number {
    return Math.trunc(this.#originMs + this.#clock.monoMs());
  }

  get wallMs(): number {
    return Math.trunc(this.#clock.wallMs());
  }

  /** By how much the wall clock was set forward since this was last asked; 0 for what is no step. */
  takeStep(): number {
    const stepMs = this.#driftMs - this.#knownDriftMs;
    if (Math.abs(stepMs) <= TOLERANCE_MS) return 0;
    this.#knownDriftMs = this.#driftMs;
    return stepMs;
  }

  committed(): void {
    this.#lastCommit = { nowMs: this.nowMs, wallMs: this.wallMs };
  }

  /** What a new process knows: the last commit's times, and what the wall clock says now: it may have been set since. */
  reopen(): void {
    const { nowMs, wallMs } = this.#lastCommit;
    this.#originMs = nowMs + Math.max(0, this.wallMs - wallMs) - this.#clock.monoMs();
    this.#knownDriftMs = wallMs - nowMs;
  }

  get #driftMs(): number {
    return this.wallMs - this.nowMs;
  }
}
