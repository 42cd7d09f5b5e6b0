/**
 * Something that is done to the index in steps. At each `yield` what has been done may be committed and others get their
 * turn; work of one step is all or nothing. It may be begun anew at any time: what is done already is found done.
 */
export type IndexWork<T> = Generator<void, T>;

/** A step of long work is no longer than this. */
const STEP_MS = 15;

/** Tells when a step has been long enough. */
export class StepTimer {
  #endMs = performance.now() + STEP_MS;

  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  restart(): void {
    this.#endMs = performance.now() + STEP_MS;
  }
}
