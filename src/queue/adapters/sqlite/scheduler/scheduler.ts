import { type GateLimit, Gates } from "./gates.ts";
import type { LoadReady } from "./line.ts";
import { type Gate, Lane, type LaneRule, Level } from "./structure.ts";

export interface SchedulerOptions {
  agingMs: number;
  load: LoadReady;
  batchConcurrency: (batchNo: number) => number;
}

export interface Pick {
  type: string;
  laneNo: number;
  seq: number;
  rank: number;
  /** To be given back with `leave` when the task no longer runs. */
  gates: readonly Gate[];
}

/**
 * Which ready task goes next. Memory only, and all of it can be built again from the file: lanes hold the first few of
 * their tasks, levels and key queues the order among lanes, gates what must not run now. A pick costs the logarithm of
 * the number of lanes, whatever waits in them. The order is the port's (`TaskStore`); docs/architecture.md tells it.
 */
export class Scheduler {
  readonly gates: Gates;
  readonly #options: SchedulerOptions;
  readonly #levels = new Map<number, Level>();
  readonly #lanes = new Map<number, Lane>();
  #nowMs = 0;
  #excluded = new Set<Gate>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.gates = new Gates((lane) => this.#letOut(lane));
  }

  /** To be called after each commit. */
  committed(): void {
    for (const level of this.#levels.values()) level.committed();
  }

  /** Goes on with the turns of the scheduler it stands in the place of; `rewind`: as they were at its last commit. */
  recall(before: Scheduler, options: { rewind: boolean }): void {
    for (const [priority, level] of before.#levels) this.#level(priority).recall(level, options);
  }

  /** A task that is `ready` in the file now. `rule` is asked for where its lane is not in memory. */
  add(laneNo: number, rank: number, seq: number, rule: () => LaneRule): void {
    const lane = this.#lanes.get(laneNo);
    if (lane === undefined) {
      this.open(laneNo, rule(), { more: false }, [rank, seq]);
    } else if (lane.add(rank, seq)) {
      this.#moved(lane);
    }
  }

  /** Brings a lane into memory; `more`: the file may have ready tasks of it. */
  open(
    laneNo: number,
    rule: LaneRule,
    { more }: { more: boolean },
    first?: [rank: number, seq: number],
  ): void {
    const level = this.#level(rule.priority);
    const queue = level.queue(rule.fairnessKey);
    const gates = this.gates.of(rule, this.#options.batchConcurrency);
    const lane = new Lane(laneNo, rule.type, queue, gates, { load: this.#options.load, more });
    if (first !== undefined) lane.add(...first);
    queue.lanes++;
    for (const gate of gates) gate.lanes++;
    this.#lanes.set(laneNo, lane);
    if (lane.isEmpty) return this.#close(lane);
    queue.open.put(lane);
    level.refresh(queue);
  }

  /** A task that is not `ready` any more though nobody picked it. */
  drop(laneNo: number, rank: number, seq: number): void {
    const lane = this.#lanes.get(laneNo);
    if (lane === undefined || !lane.drop(rank, seq)) return;
    if (lane.isEmpty) this.#close(lane);
    else this.#moved(lane);
    this.gates.relax(lane.queue, lane.gates, this.#nowMs);
  }

  /** Begins a claim: rates and what is left out are looked at anew. */
  begin(nowMs: number, excluded: readonly Gate[]): void {
    this.#nowMs = nowMs;
    if (excluded.length > 0 || this.#excluded.size > 0) {
      const wanted = new Set(excluded);
      const before = this.#excluded;
      this.#excluded = wanted;
      for (const gate of before) {
        if (wanted.has(gate)) continue;
        gate.excluded = false;
        this.gates.opened(gate, nowMs);
        this.gates.forget([gate]);
      }
      for (const gate of wanted) gate.excluded = true;
    }
    this.gates.elapsed(nowMs);
  }

  /** Leaves a gate out for the rest of the claim. */
  exclude(gate: Gate): void {
    gate.excluded = true;
    this.#excluded.add(gate);
  }

  /** The next task and its place among the running; undefined where none may run. */
  pick(): Pick | undefined {
    const { agingMs } = this.#options;
    let best: Level | undefined;
    let bestScore = Infinity;
    for (const level of this.#levels.values()) {
      const lane = this.#openTop(level, "oldest");
      if (lane === undefined) continue;
      const score = agingMs === 0 ? -level.priority : lane.rank - level.priority * agingMs;
      if (score < bestScore || (score === bestScore && level.priority > best!.priority)) {
        best = level;
        bestScore = score;
      }
    }
    if (best === undefined) return undefined;
    const lane = this.#openTop(best, "next")!;
    const { rank, seq, queue, gates } = lane;
    lane.shift();
    best.serve(queue);
    this.gates.enter(gates, this.#nowMs);
    if (lane.isEmpty) {
      this.#close(lane);
    } else {
      queue.open.put(lane);
      best.refresh(queue);
    }
    this.gates.relax(queue, gates, this.#nowMs);
    return { type: lane.type, laneNo: lane.no, seq, rank, gates };
  }

  /** Picks this one, whosever turn it is; undefined where it must not run now. */
  take({ laneNo, rank, seq }: Omit<Pick, "gates" | "type">): Pick | undefined {
    const lane = this.#lanes.get(laneNo);
    if (lane === undefined || lane.gates.some((gate) => !gate.isOpen(this.#nowMs))) return undefined;
    this.drop(laneNo, rank, seq);
    this.gates.enter(lane.gates, this.#nowMs);
    return { type: lane.type, laneNo, seq, rank, gates: lane.gates };
  }

  /** A picked task no longer runs. */
  leave(gates: readonly Gate[]): void {
    this.gates.leave(gates, this.#nowMs);
  }

  setLimit(gate: Gate, limit: GateLimit | undefined, starts?: number[]): void {
    this.gates.setLimit(gate, limit, this.#nowMs, starts);
  }

  setPaused(gate: Gate, paused: boolean): void {
    this.gates.setPaused(gate, paused, this.#nowMs);
  }

  /** Now, for what happens outside of claims. */
  set nowMs(nowMs: number) {
    this.#nowMs = nowMs;
  }

  #level(priority: number): Level {
    let level = this.#levels.get(priority);
    if (level === undefined) this.#levels.set(priority, level = new Level(priority));
    return level;
  }

  /** The first lane of the level's oldest or next key that may really run; those that may not are parked on the way. */
  #openTop(level: Level, which: "oldest" | "next"): Lane | undefined {
    for (;;) {
      const lane = level[which]?.open.top;
      if (lane === undefined) return undefined;
      const closed = lane.gates.find((gate) => !gate.isOpen(this.#nowMs));
      if (closed === undefined) return lane;
      const { queue } = lane;
      queue.open.remove(lane);
      this.gates.park(lane, closed);
      level.refresh(queue);
      this.gates.relax(queue, lane.gates, this.#nowMs);
    }
  }

  #letOut(lane: Lane): void {
    this.gates.unpark(lane);
    lane.queue.open.put(lane);
    lane.queue.level.refresh(lane.queue);
  }

  /** The first of its line is another one: it is looked at anew. */
  #moved(lane: Lane): void {
    if (lane.parkedAt !== undefined) return this.#letOut(lane);
    lane.queue.open.put(lane);
    lane.queue.level.refresh(lane.queue);
  }

  /** Nothing waits in it any more. */
  #close(lane: Lane): void {
    const { queue, gates } = lane;
    if (lane.parkedAt !== undefined) this.gates.unpark(lane);
    else queue.open.remove(lane);
    this.#lanes.delete(lane.no);
    queue.lanes--;
    for (const gate of gates) gate.lanes--;
    queue.level.refresh(queue);
    this.gates.forget(gates);
  }
}
