import type { Clock } from "../../../platform/clock.ts";

/** Wall and queue time drift apart by rounding and slewing; more than this is a clock that was set. */
const STEP_MS = 1000;

/**
 * The queue's own time, in unix milliseconds as the wall clock would have them had nobody ever set it: it runs with the
 * monotonic clock while the process lives and goes on from where it was when the file is opened again. Every wait is
 * measured by it, so a wall clock that is set makes nothing early and nothing stuck.
 */
export class QueueTime {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #monoMs: number;
  /** Wall minus queue time, as the file knows it, and as it was last looked at. */
  #driftMs: number;
  #seenMs: number;

  /** `last`: both times at the last commit of an earlier process; absent for a new file. */
  constructor(clock: Clock, last?: { queueMs: number; wallMs: number }) {
    const wallMs = Math.trunc(clock.wallMs());
    this.#clock = clock;
    this.#monoMs = clock.monoMs();
    this.#startMs = last === undefined ? wallMs : last.queueMs + Math.max(0, wallMs - last.wallMs);
    this.#driftMs = this.#seenMs = last === undefined ? 0 : last.wallMs - last.queueMs;
  }

  now(): number {
    return this.#startMs + Math.trunc(this.#clock.monoMs() - this.#monoMs);
  }

  wall(): number {
    return Math.trunc(this.#clock.wallMs());
  }

  /**
   * How far the wall clock was set, in milliseconds, since the last step that was `committed`; 0 for what is no step. A
   * transaction that is undone takes what it did about the step with it, so the next one is told of it again.
   */
  step(): number {
    const driftMs = this.wall() - this.now();
    const stepMs = driftMs - this.#driftMs;
    const isStep = Math.abs(stepMs) > STEP_MS;
    this.#seenMs = isStep ? driftMs : this.#driftMs;
    return isStep ? stepMs : 0;
  }

  /** What was done about the last step is in the file. */
  committed(): void {
    this.#driftMs = this.#seenMs;
  }
}
