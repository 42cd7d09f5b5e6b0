import type { Heap } from "./heap.ts";
import type { KeyQueue } from "./key_queue.ts";
import type { Lane } from "./lane.ts";
import type { RateWindow } from "./rate_window.ts";

/**
 * What tasks of a key, a type or a batch must pass to run: open or closed. Lanes that found it closed are parked here,
 * by the key queue they belong to, and are looked at again when it opens.
 */
export class Gate {
  /** Tasks that run now. */
  running = 0;
  concurrency = Infinity;
  paused = false;
  /** Left out by the claim in hand. */
  excluded = false;
  rate: RateWindow | undefined;
  readonly parked = new Map<KeyQueue, Heap<Lane>>();
  /** Lanes with waiting tasks that pass here. */
  lanes = 0;

  constructor(readonly key: string) {}

  isOpen(nowMs: number): boolean {
    return this.running < this.concurrency && !this.paused && !this.excluded &&
      (this.rate === undefined || this.rate.allows(nowMs));
  }

  /** Nothing would be forgotten with it. */
  get isIdle(): boolean {
    return this.running === 0 && this.lanes === 0 && !this.paused && !this.excluded &&
      this.concurrency === Infinity &&
      this.rate === undefined;
  }
}
