import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** Statements by their text, made at the first use. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #made = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#get(sql).run(...values).changes);
  }

  one<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#get(sql).get(...values) as T | undefined;
  }

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#get(sql).all(...values) as T[];
  }

  each<T>(sql: string, ...values: SQLInputValue[]): Iterable<T> {
    // A statement of its own: one that is being walked must not be run again.
    return this.#db.prepare(sql).iterate(...values) as Iterable<T>;
  }

  #get(sql: string): StatementSync {
    let statement = this.#made.get(sql);
    if (statement === undefined) this.#made.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}
