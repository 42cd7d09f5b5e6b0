import type { Clock } from "../../platform/clock.ts";

/** A wall clock that is further from the monotonic one than this, compared with before, was set. */
const STEP_MS = 1000;

/**
 * Notices when the wall clock is set. What it compares with stays where it is until a step was reported, so a clock that
 * is slewed by a little, day after day, is reported too, a second at a time.
 */
export class WallWatch {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monoMs();
  }

  /** By how much the wall clock was set since the last call, negative for back; 0 where it was not. */
  stepMs(): number {
    const offsetMs = this.#clock.wallMs() - this.#clock.monoMs();
    const stepMs = Math.round(offsetMs - this.#offsetMs);
    if (Math.abs(stepMs) <= STEP_MS) return 0;
    this.#offsetMs += stepMs;
    return stepMs;
  }
}
