import type { ClaimRequest } from "../../port.ts";
import { type Board } from "./board.ts";
import { type Row } from "./row.ts";
import type { LimitBook } from "./limit_book.ts";

/** The order of claims: which of the ready tasks goes next. */
export class Picks {
  readonly #board: Board;
  readonly #limits: LimitBook;
  readonly #agingMs: number;

  constructor(board: Board, limits: LimitBook, agingMs: number) {
    this.#board = board;
    this.#limits = limits;
    this.#agingMs = agingMs;
  }

  /** Picks one after another, each handed to `take`, which makes it run before the next one is looked for. */
  pick<T>({ max, exceptTypes = [], atMost }: ClaimRequest, nowMs: number, take: (row: Row) => T): T[] {
    const picked: T[] = [];
    let ofThose = 0;
    while (picked.length < max) {
      const excluded = new Set(exceptTypes);
      if (atMost !== undefined && ofThose >= atMost.max) {
        for (const type of atMost.types) excluded.add(type);
      }
      const best = this.#best(excluded, nowMs);
      if (best === undefined) break;
      if (atMost?.types.includes(best.task.type)) ofThose++;
      this.#board.turns.serve(best);
      picked.push(take(best));
    }
    return picked;
  }

  #best(excluded: ReadonlySet<string>, nowMs: number): Row | undefined {
    const eligible = this.#board.all("ready").filter((row) =>
      !excluded.has(row.task.type) && this.#limits.allows(row, nowMs)
    ).sort(byAge);
    const level = this.#bestLevel(eligible);
    // Stable: of keys with the same turn the first is the one whose first task is the oldest; within a key likewise.
    return eligible.filter(({ task }) => task.priority === level)
      .sort((a, b) => this.#board.turns.of(a) - this.#board.turns.of(b))[0];
  }

  #bestLevel(eligible: Row[]): number | undefined {
    let best: { score: number; priority: number } | undefined;
    for (const { task: { priority }, rankMs } of eligible) {
      const score = this.#agingMs === 0 ? -priority : rankMs - priority * this.#agingMs;
      const isBetter = best === undefined || score < best.score ||
        (score === best.score && priority > best.priority);
      if (isBetter) best = { score, priority };
    }
    return best?.priority;
  }
}

function byAge(a: Row, b: Row): number {
  return a.rankMs - b.rankMs || a.task.seq - b.task.seq;
}
