/**
 * Two clocks, because each does what the other cannot: the wall clock says what time it is and may be set to another at
 * any moment; the monotonic one only counts milliseconds from an arbitrary start and is never set.
 */
export interface Clock {
  /** Unix milliseconds. */
  wallMs(): number;
  /** Milliseconds from any start; never goes back. */
  monoMs(): number;
}

export const SYSTEM_CLOCK: Clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
