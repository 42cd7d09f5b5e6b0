import { Backoff, type BackoffOptions } from "../platform/backoff.ts";

/** Whether somebody who did not answer is to be asked again already. */
export class RetryGate {
  readonly #backoff: Backoff;
  #openAtMonoMs = 0;
  #reason: string | undefined;

  constructor(backoff: BackoffOptions) {
    this.#backoff = new Backoff(backoff);
  }

  /** Until it may be asked again; 0: now. */
  get remainingMs(): number {
    return Math.max(0, this.#openAtMonoMs - performance.now());
  }

  /** It did not answer: closed for the next pause, or for as long as it asked for. */
  fail(reason: string, askedMs = 0): void {
    this.#openAtMonoMs = performance.now() + Math.max(this.#backoff.nextMs(), askedMs);
    this.#reason = reason;
  }

  /** It answered, or is said to be there again. */
  open(): void {
    this.#backoff.reset();
    this.#openAtMonoMs = 0;
    this.#reason = undefined;
  }

  /** Why it is closed, and when it opens (unix ms); undefined: it is open. */
  closed(): { reason: string; retryAtMs: number } | undefined {
    const { remainingMs } = this;
    if (remainingMs === 0) return undefined;
    return { reason: this.#reason ?? "", retryAtMs: Math.round(Date.now() + remainingMs) };
  }
}
