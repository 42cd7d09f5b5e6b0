import type { ClaimRequest } from "../../port.ts";
import type { ClaimedTask } from "../../task.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The one claim that waits for a task, and the timer for what time alone brings about. */
export class StandingClaim {
  request: ClaimRequest | undefined;
  #resolve: ((claimed: ClaimedTask[]) => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  begin(request: ClaimRequest): Promise<ClaimedTask[]> {
    this.request = request;
    return new Promise((resolve) => this.#resolve = resolve);
  }

  /** With what was claimed for it, or with nothing as it must not wait any longer. */
  end(claimed: ClaimedTask[] = []): void {
    this.#resolve?.(claimed);
    this.request = this.#resolve = undefined;
  }

  /** Calls `wake` once after `waitMs`, in the place of an earlier call; `undefined`: not at all. */
  wakeIn(waitMs: number | undefined, wake: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = waitMs === undefined
      ? undefined
      : setTimeout(wake, Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(waitMs))));
  }
}
