import { fairnessKeyOf, type Row } from "./row.ts";

/**
 * Whose turn it is: at each level (priority) every fairness key with a ready task has a turn number, and the least goes
 * first. A key that comes in stands behind the one that was served last.
 */
export class Turns {
  readonly #ready: () => Row[];
  readonly #levels = new Map<number, { served: number; turns: Map<string, number> }>();

  constructor(ready: () => Row[]) {
    this.#ready = ready;
  }

  /** A row became ready, at this level. */
  entered(row: Row): void {
    const { served, turns } = this.#level(row.task.priority);
    const key = fairnessKeyOf(row);
    if (!turns.has(key)) turns.set(key, served + 1);
  }

  /** A row is no longer ready, or no longer at the level `priority`. */
  left(row: Row, priority = row.task.priority): void {
    const key = fairnessKeyOf(row);
    const others = this.#ready().some((other) =>
      other !== row && other.task.priority === priority && fairnessKeyOf(other) === key
    );
    if (!others) this.#level(priority).turns.delete(key);
  }

  of(row: Row): number {
    return this.#level(row.task.priority).turns.get(fairnessKeyOf(row))!;
  }

  /** Its key is served, by a row that is still ready. */
  serve(row: Row): void {
    const level = this.#level(row.task.priority);
    level.served = Math.max(this.of(row), level.served);
    level.turns.set(fairnessKeyOf(row), level.served + 1);
  }

  /** As after a start. */
  forget(): void {
    this.#levels.clear();
    for (const row of this.#ready()) this.entered(row);
  }

  #level(priority: number): { served: number; turns: Map<string, number> } {
    let level = this.#levels.get(priority);
    if (level === undefined) this.#levels.set(priority, level = { served: 0, turns: new Map() });
    return level;
  }
}
