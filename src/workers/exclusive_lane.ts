import { isOpen } from "./placement.ts";
import type { Attempt } from "./port.ts";
import type { WorkerHandle } from "./worker_handle.ts";

/**
 * Attempts that must run alone, because one of them may have brought a worker down. Each waits for a worker that is
 * reserved for it and has run empty; at most half of the workers (and one) are reserved at a time, so that suspects
 * never stop the rest.
 */
export class ExclusiveLane {
  #waiting: Attempt[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  push(attempt: Attempt): void {
    this.#waiting.push(attempt);
  }

  /** Takes a waiting attempt out, if it is here. */
  remove(taskId: string): Attempt | undefined {
    const at = this.#waiting.findIndex((attempt) => attempt.taskId === taskId);
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }

  /** Takes all of them out. */
  clear(): Attempt[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  /** Moves the lane on: free workers take an attempt, others are reserved or let go. */
  advance(handles: readonly WorkerHandle[], loadOf: (type: string) => "io" | "cpu"): void {
    let reserved = 0;
    for (const handle of handles) {
      if (!handle.reserved) continue;
      if (handle.inHand === 0 && !this.#give(handle, loadOf)) handle.reserved = false;
      else reserved++;
    }
    const most = Math.max(1, Math.floor(handles.length / 2));
    let draining = handles.filter((handle) => handle.reserved && !handle.exclusive).length;
    while (reserved < most && draining < this.#waiting.length) {
      const handle = leastBusy(handles);
      if (handle === undefined) return;
      handle.reserved = true;
      reserved++;
      if (handle.inHand > 0 || !this.#give(handle, loadOf)) draining++;
    }
  }

  #give(handle: WorkerHandle, loadOf: (type: string) => "io" | "cpu"): boolean {
    handle.exclusive = false;
    if (handle.state !== "ready" || handle.retiring) return false;
    const attempt = this.#waiting.shift();
    if (attempt === undefined) return false;
    handle.exclusive = true;
    handle.take(attempt, loadOf(attempt.type));
    handle.flush();
    return true;
  }
}

function leastBusy(handles: readonly WorkerHandle[]): WorkerHandle | undefined {
  let best: WorkerHandle | undefined;
  for (const handle of handles) {
    if (isOpen(handle) && (best === undefined || handle.inHand < best.inHand)) best = handle;
  }
  return best;
}
