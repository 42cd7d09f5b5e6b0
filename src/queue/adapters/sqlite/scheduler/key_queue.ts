import { Heap, type HeapPlace } from "./heap.ts";
import { isEarlier, type Lane } from "./lane.ts";
import type { Level } from "./level.ts";

/** The lanes of one fairness key at one level, and the key's turn among the level's keys. */
export class KeyQueue {
  readonly turnPlace: HeapPlace = { at: -1 };
  readonly agePlace: HeapPlace = { at: -1 };
  /** Lanes that may be picked, as far as is known. */
  readonly open: Heap<Lane> = new Heap(isEarlier, (lane) => lane.place);
  /** All lanes with ready tasks, parked ones too. */
  lanes = 0;

  constructor(readonly level: Level, readonly key: string, public turn: number) {}
}
