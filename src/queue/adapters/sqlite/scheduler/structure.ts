import { Heap, type HeapPlace } from "./heap.ts";
import { isEarlier, Line, type LoadReady } from "./line.ts";
import type { RateWindow } from "./rate_window.ts";

/*
 * What the scheduler is made of. Levels have key queues, these have lanes, lanes pass gates, and gates know the lanes
 * that wait before them: four parts that cannot be told apart, so they stand together.
 */

/** Everything that decides when a task may run and in what order: tasks that share it wait in one line. */
export interface LaneRule {
  type: string;
  priority: number;
  /** Whose turn it takes. */
  fairnessKey: string;
  limitKeys: readonly string[];
  batchNo: number | undefined;
}

/** A line of tasks with its place among the others. */
export class Lane extends Line {
  readonly place: HeapPlace = { at: -1 };
  /** Where it waits for a gate to open; undefined while it may be picked. */
  parkedAt: Gate | undefined;

  constructor(
    no: number,
    readonly type: string,
    readonly queue: KeyQueue,
    readonly gates: readonly Gate[],
    options: { load: LoadReady; more: boolean },
  ) {
    super(no, options);
  }
}

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

/** The lanes of one fairness key at one level, and the key's turn among the level's keys. */
export class KeyQueue {
  readonly turnPlace: HeapPlace = { at: -1 };
  readonly agePlace: HeapPlace = { at: -1 };
  /** Lanes that may be picked, as far as is known. */
  readonly open = new Heap<Lane>(isEarlier, (lane) => lane.place);
  /** All lanes with ready tasks, parked ones too. */
  lanes = 0;

  constructor(readonly level: Level, readonly key: string, public turn: number) {}
}

/**
 * The fairness keys of one priority. Turns as in start-time fair queueing: a key that comes in stands behind the one
 * that was served last, and one that could not be served for a while has no more than one turn to make up.
 */
export class Level {
  readonly keys = new Map<string, KeyQueue>();
  #served = 0;
  /** Turns as they were before this transaction changed them, or took their keys out. */
  #journal: { key: string; turn: number; served: number }[] = [];
  readonly #byTurn = new Heap<KeyQueue>(
    (a, b) => a.turn < b.turn || (a.turn === b.turn && isEarlier(a.open.top!, b.open.top!)),
    (queue) => queue.turnPlace,
  );
  readonly #byAge = new Heap<KeyQueue>(
    (a, b) => isEarlier(a.open.top!, b.open.top!),
    (queue) => queue.agePlace,
  );

  constructor(readonly priority: number) {}

  /** Goes on with the turns of the level it stands in the place of; `rewind`: as they were at its last commit. */
  recall(before: Level, { rewind }: { rewind: boolean }): void {
    const turns = new Map([...before.keys].map(([key, { turn }]) => [key, turn]));
    this.#served = before.#served;
    if (!rewind) this.#journal = before.#journal;
    for (const { key, turn, served } of rewind ? before.#journal.reverse() : []) {
      turns.set(key, turn);
      this.#served = served;
    }
    for (const [key, queue] of this.keys) queue.turn = turns.get(key) ?? this.#served + 1;
    for (const queue of this.keys.values()) this.refresh(queue);
  }

  /** What has happened cannot be undone any more. */
  committed(): void {
    this.#journal = [];
  }

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
    this.#journal.push({ key: queue.key, turn: queue.turn, served: this.#served });
    this.#served = Math.max(queue.turn, this.#served);
    queue.turn = this.#served + 1;
  }

  /** To be called whenever the first of a key's open lanes may have changed. */
  refresh(queue: KeyQueue): void {
    if (queue.open.size === 0) {
      this.#byTurn.remove(queue);
      this.#byAge.remove(queue);
      if (queue.lanes === 0 && this.keys.delete(queue.key)) {
        this.#journal.push({ key: queue.key, turn: queue.turn, served: this.#served });
      }
      return;
    }
    this.#byTurn.put(queue);
    this.#byAge.put(queue);
  }
}
