import type { Clock } from "../../../src/platform/clock.ts";

/** Both clocks, in a test's hand. The monotonic one starts elsewhere, so that nobody takes one for the other. */
export class TestClock implements Clock {
  #wallMs = 1_000_000;
  #monoMs = 5000;

  wallMs(): number {
    return this.#wallMs;
  }

  monoMs(): number {
    return this.#monoMs;
  }

  /** Time passes. */
  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monoMs += ms;
  }

  /** Time passes until the wall clock says `wallMs`. */
  advanceTo(wallMs: number): void {
    this.advance(wallMs - this.#wallMs);
  }

  /** Somebody sets the wall clock. */
  stepWall(ms: number): void {
    this.#wallMs += ms;
  }
}
