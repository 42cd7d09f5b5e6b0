import { Heap } from "./heap.ts";
import { isEarlier } from "./line.ts";
import { Gate, type KeyQueue, type Lane, type LaneRule } from "./structure.ts";
import { RateWindow } from "./rate_window.ts";

export interface GateLimit {
  concurrency?: number;
  rate?: { count: number; perMs: number };
}

/**
 * The gates of the queue, made when a lane or a limit first needs them and dropped when nothing does.
 *
 * Of the lanes parked at a gate only the best of each key queue is let out when it opens: the others could not be
 * picked before it. The next follows when that one has been served or has gone (`relax`), so that a thousand lanes
 * behind a limit of five cost no more than five.
 */
export class Gates {
  readonly #gates = new Map<string, Gate>();
  /** Gates that a rate may hold closed: looked at as time passes. */
  readonly #rated = new Set<Gate>();
  readonly #letOut: (lane: Lane) => void;

  constructor(letOut: (lane: Lane) => void) {
    this.#letOut = letOut;
  }

  get(key: string): Gate {
    let gate = this.#gates.get(key);
    if (gate === undefined) this.#gates.set(key, gate = new Gate(key));
    return gate;
  }

  find(key: string): Gate | undefined {
    return this.#gates.get(key);
  }

  of(rule: LaneRule, batchConcurrency: (batchNo: number) => number): Gate[] {
    const gates = [this.get(typeKey(rule.type))];
    for (const key of rule.limitKeys) {
      const gate = this.get(key);
      if (!gates.includes(gate)) gates.push(gate);
    }
    if (rule.batchNo !== undefined) {
      // With a control character, which no caller's key may have.
      const gate = this.get(`\u0000batch ${rule.batchNo}`);
      gate.concurrency = batchConcurrency(rule.batchNo);
      gates.push(gate);
    }
    return gates;
  }

  /** A task of these gates begins. */
  enter(gates: readonly Gate[], nowMs: number): void {
    for (const gate of gates) {
      gate.running++;
      gate.rate?.record(nowMs);
    }
  }

  /** A task of these gates no longer runs. */
  leave(gates: readonly Gate[], nowMs: number): void {
    for (const gate of gates) {
      gate.running--;
      if (gate.parked.size > 0) this.opened(gate, nowMs);
      if (gate.isIdle) this.#gates.delete(gate.key);
    }
  }

  forget(gates: readonly Gate[]): void {
    for (const gate of gates) if (gate.isIdle) this.#gates.delete(gate.key);
  }

  setLimit(gate: Gate, limit: GateLimit | undefined, nowMs: number, starts?: number[]): void {
    gate.concurrency = limit?.concurrency ?? Infinity;
    gate.rate = limit?.rate && new RateWindow(limit.rate, starts ?? gate.rate?.starts);
    if (gate.rate === undefined) this.#rated.delete(gate);
    else this.#rated.add(gate);
    this.opened(gate, nowMs);
    this.forget([gate]);
  }

  setPaused(gate: Gate, paused: boolean, nowMs: number): void {
    gate.paused = paused;
    this.opened(gate, nowMs);
    this.forget([gate]);
  }

  park(lane: Lane, gate: Gate): void {
    let heap = gate.parked.get(lane.queue);
    if (heap === undefined) {
      gate.parked.set(lane.queue, heap = new Heap<Lane>(isEarlier, (each) => each.place));
    }
    lane.parkedAt = gate;
    heap.put(lane);
  }

  unpark(lane: Lane): void {
    const gate = lane.parkedAt!;
    const heap = gate.parked.get(lane.queue)!;
    heap.remove(lane);
    if (heap.size === 0) gate.parked.delete(lane.queue);
    lane.parkedAt = undefined;
  }

  /** To be called where a gate may have opened. */
  opened(gate: Gate, nowMs: number): void {
    if (gate.parked.size === 0 || !gate.isOpen(nowMs)) return;
    for (const heap of [...gate.parked.values()]) this.#letOut(heap.top!);
  }

  /** To be called where an open lane of the queue has been served, parked or has gone: the next best may be looked at. */
  relax(queue: KeyQueue, gates: readonly Gate[], nowMs: number): void {
    for (const gate of gates) {
      if (gate.parked.size === 0) continue;
      const best = gate.parked.get(queue)?.top;
      if (best !== undefined && gate.isOpen(nowMs)) this.#letOut(best);
    }
  }

  /** To be called as time passes: rates open by themselves. */
  elapsed(nowMs: number): void {
    for (const gate of this.#rated) this.opened(gate, nowMs);
  }

  /** When the next gate that holds lanes back opens by itself; undefined where none will. */
  nextOpenMs(): number | undefined {
    let next: number | undefined;
    for (const gate of this.#rated) {
      if (gate.parked.size === 0 || gate.running >= gate.concurrency || gate.paused) continue;
      next = Math.min(next ?? Infinity, gate.rate!.opensMs());
    }
    return next;
  }
}

/** The key every task of a type carries. */
export function typeKey(type: string): string {
  return `type:${type}`;
}
