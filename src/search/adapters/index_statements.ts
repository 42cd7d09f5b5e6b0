import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** Statements by their text, made at the first use. */
export class IndexStatements {
  readonly #db: DatabaseSync;
  readonly #made = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#get(sql).run(...values).changes);
  }

  one<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#get(sql).get(...values) as T | undefined;
  }

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#get(sql).all(...values) as T[];
  }

  #get(sql: string): StatementSync {
    let statement = this.#made.get(sql);
    if (statement === undefined) this.#made.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}
