import { Heap } from "./heap.ts";
import { KeyQueue } from "./key_queue.ts";
import { isEarlier } from "./lane.ts";

/**
 * The fairness keys of one priority. Turns as in start-time fair queueing: a key that comes in stands behind the one
 * that was served last, and one that could not be served for a while has no more than one turn to make up.
 */
export class Level {
  readonly keys = new Map<string, KeyQueue>();
  #served = 0;
  readonly #byTurn = new Heap<KeyQueue>(
    (a, b) => a.turn < b.turn || (a.turn === b.turn && isEarlier(a.open.top!, b.open.top!)),
    (queue) => queue.turnPlace,
  );
  readonly #byAge = new Heap<KeyQueue>(
    (a, b) => isEarlier(a.open.top!, b.open.top!),
    (queue) => queue.agePlace,
  );

  constructor(readonly priority: number) {}

  /** The key with the oldest task that may be picked. */
  get oldest(): KeyQueue | undefined {
    return this.#byAge.top;
  }

  /** The key whose turn it is. */
  get next(): KeyQueue | undefined {
    return this.#byTurn.top;
  }

  queue(key: string): KeyQueue {
    let queue = this.keys.get(key);
    if (queue === undefined) this.keys.set(key, queue = new KeyQueue(this, key, this.#served + 1));
    return queue;
  }

  serve(queue: KeyQueue): void {
    this.#served = Math.max(queue.turn, this.#served);
    queue.turn = this.#served + 1;
  }

  /** To be called whenever the first of a key's open lanes may have changed. */
  refresh(queue: KeyQueue): void {
    if (queue.open.size === 0) {
      this.#byTurn.remove(queue);
      this.#byAge.remove(queue);
      if (queue.lanes === 0) this.keys.delete(queue.key);
      return;
    }
    this.#byTurn.put(queue);
    this.#byAge.put(queue);
  }
}
