import type { Limit, LimitState } from "../../port.ts";
import { type Board, keysOf, withoutUndefined } from "./board.ts";
import { type Row } from "./row.ts";

/** Limits and pauses by key, and whether they let a task run. */
export class LimitBook {
  readonly #board: Board;
  readonly #limits = new Map<string, Limit>();
  /** When tasks of a key were started, for keys that have a rate. */
  readonly #startsMs = new Map<string, number[]>();
  readonly #pausedKeys = new Set<string>();
  paused = false;

  constructor(board: Board) {
    this.#board = board;
  }

  set(limit: Limit): void {
    this.#limits.set(limit.key, structuredClone(limit));
    if (limit.rate === undefined) this.#startsMs.delete(limit.key);
    else if (!this.#startsMs.has(limit.key)) this.#startsMs.set(limit.key, []);
  }

  remove(key: string): boolean {
    this.#startsMs.delete(key);
    return this.#limits.delete(key);
  }

  setPaused(paused: boolean, key: string | undefined): void {
    if (key === undefined) this.paused = paused;
    else if (paused) this.#pausedKeys.add(key);
    else this.#pausedKeys.delete(key);
  }

  get pausedKeys(): string[] {
    return [...this.#pausedKeys].sort();
  }

  list(): LimitState[] {
    const keys = [...new Set([...this.#limits.keys(), ...this.#pausedKeys])].sort();
    return keys.map((key) => {
      const { concurrency, rate } = this.#limits.get(key) ?? {};
      const state = {
        key,
        concurrency,
        rate,
        paused: this.#pausedKeys.has(key),
        running: this.#running(key),
      };
      return withoutUndefined(structuredClone(state));
    });
  }

  /** Nothing but its turn holds it. */
  allows(row: Row, nowMs: number): boolean {
    if (this.paused || this.#batchIsFull(row)) return false;
    return [...keysOf(row)].every((key) => this.#keyAllows(key, nowMs));
  }

  started(row: Row, nowMs: number): void {
    for (const key of keysOf(row)) this.#startsMs.get(key)?.push(nowMs);
  }

  /** Next time at which a rate that is used up allows a start, if any is. */
  nextFreeMs(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const [key, startsMs] of this.#startsMs) {
      const { perMs } = this.#limits.get(key)!.rate!;
      for (const startMs of startsMs) {
        if (startMs + perMs > nowMs) next = Math.min(next ?? Infinity, startMs + perMs);
      }
    }
    return next;
  }

  #keyAllows(key: string, nowMs: number): boolean {
    if (this.#pausedKeys.has(key)) return false;
    const { concurrency = Infinity, rate } = this.#limits.get(key) ?? {};
    if (this.#running(key) >= concurrency) return false;
    if (rate === undefined) return true;
    const recent = this.#startsMs.get(key)!.filter((startMs) => startMs > nowMs - rate.perMs);
    return recent.length < rate.count;
  }

  #running(key: string): number {
    return this.#board.all("running").filter((row) => keysOf(row).has(key)).length;
  }

  #batchIsFull({ task }: Row): boolean {
    const batch = this.#board.batches.get(task.batchId ?? "");
    if (batch === undefined) return false;
    return batch.rows.filter(({ state }) => state === "running").length >= batch.maxConcurrent;
  }
}
