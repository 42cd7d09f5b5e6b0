import { backoffMs, pause } from "./pause.ts";
import { TuttiProblem, TuttiUnreachable } from "./problem.ts";

/** What calls take that last, and bear a restart of the service. */
export interface FollowOptions {
  signal?: AbortSignal;
  /** How long the service may be away before its being away is thrown. @default 60000 */
  patienceMs?: number;
  /** Longest silence of an open stream; the service gives a sign of life every 15 s. @default 45000 */
  idleMs?: number;
  /** Told of each break, and how long it is waited until the next try. */
  onBreak?: (reason: unknown, waitMs: number) => void;
}

/** Decides whether what broke is tried again, and waits. */
export class Patience {
  readonly #options: FollowOptions;
  #sinceMs: number | undefined;
  #attempt = 0;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** It goes on: the next break is a new one. */
  renew(): void {
    this.#sinceMs = undefined;
    this.#attempt = 0;
  }

  /** Waits after a break; throws it where it would come again, or has lasted too long. `undefined`: a plain end. */
  async bear(failure: unknown): Promise<void> {
    const { signal, patienceMs = 60_000, onBreak } = this.#options;
    signal?.throwIfAborted();
    if (failure !== undefined && !passes(failure)) throw failure;
    const nowMs = Date.now();
    this.#sinceMs ??= nowMs;
    const waitMs = this.#attempt === 0 && failure === undefined ? 0 : this.#waitMs(failure);
    this.#attempt++;
    if (nowMs + waitMs - this.#sinceMs > patienceMs) {
      throw failure ?? new Error("Cannot follow any longer as the stream ends again and again with no news");
    }
    onBreak?.(failure, waitMs);
    await pause(waitMs, signal);
  }

  #waitMs(failure: unknown): number {
    const afterS = failure instanceof TuttiProblem ? failure.retry_after_s : undefined;
    return afterS === undefined ? backoffMs(this.#attempt + 1) : afterS * 1000;
  }
}

/** Whether it may be otherwise in a moment: the connection, a service that stops or starts, a proxy with nobody behind. */
function passes(failure: unknown): boolean {
  if (failure instanceof TuttiProblem) return [429, 502, 503, 504].includes(failure.status);
  return failure instanceof TuttiUnreachable;
}
