import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Limit, LimitState } from "../../port.ts";
import type { Gate } from "./scheduler/structure.ts";
import type { Scheduler } from "./scheduler/scheduler.ts";

type Row = Record<string, number | string | null>;

/** Limits and pauses by key: in the file for the next start, at the gates for the scheduler. */
export class Limits {
  readonly #sql: Record<"all" | "put" | "pause" | "clear" | "sweep" | "starts", StatementSync>;
  #scheduler!: Scheduler;
  /** Keys with a row, which is to say with a limit or a pause. */
  #gates = new Map<string, Gate>();
  readonly #started = new Set<Gate>();

  constructor(db: DatabaseSync) {
    const values = "concurrency = excluded.concurrency, rate_count = excluded.rate_count, " +
      "rate_per_ms = excluded.rate_per_ms";
    this.#sql = {
      all: db.prepare("SELECT * FROM limits ORDER BY key"),
      put: db.prepare(
        "INSERT INTO limits (key, concurrency, rate_count, rate_per_ms) VALUES (?, ?, ?, ?) " +
          `ON CONFLICT (key) DO UPDATE SET ${values}`,
      ),
      pause: db.prepare(
        "INSERT INTO limits (key, paused) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET paused = ?2",
      ),
      clear: db.prepare(
        "UPDATE limits SET concurrency = NULL, rate_count = NULL, rate_per_ms = NULL, starts = NULL WHERE key = ?",
      ),
      sweep: db.prepare(
        "DELETE FROM limits WHERE key = ? AND concurrency IS NULL AND rate_count IS NULL AND paused = 0",
      ),
      starts: db.prepare("UPDATE limits SET starts = ? WHERE key = ?"),
    };
  }

  reload(scheduler: Scheduler): void {
    this.#scheduler = scheduler;
    this.#gates = new Map();
    this.#started.clear();
    for (const row of this.#sql.all.all() as Row[]) {
      const limit = limitOf(row);
      const gate = scheduler.gates.get(limit.key);
      this.#gates.set(limit.key, gate);
      if (row.paused === 1) scheduler.setPaused(gate, true);
      const starts = row.starts === null ? undefined : JSON.parse(String(row.starts)) as number[];
      if (hasLimit(limit)) scheduler.setLimit(gate, limit, starts);
    }
  }

  set(limit: Limit): void {
    const { key, concurrency, rate } = limit;
    this.#sql.put.run(key, concurrency ?? null, rate?.count ?? null, rate?.perMs ?? null);
    const gate = this.#scheduler.gates.get(key);
    this.#gates.set(key, gate);
    this.#scheduler.setLimit(gate, limit);
  }

  remove(key: string): boolean {
    const gate = this.#gates.get(key);
    if (gate === undefined || (gate.concurrency === Infinity && gate.rate === undefined)) return false;
    this.#sql.clear.run(key);
    this.#scheduler.setLimit(gate, undefined);
    this.#sweep(key, gate);
    return true;
  }

  setPaused(key: string, paused: boolean): void {
    if (!paused && !this.#gates.has(key)) return;
    this.#sql.pause.run(key, paused ? 1 : 0);
    const gate = this.#scheduler.gates.get(key);
    this.#gates.set(key, gate);
    this.#scheduler.setPaused(gate, paused);
    if (!paused) this.#sweep(key, gate);
  }

  list(): LimitState[] {
    return (this.#sql.all.all() as Row[]).map((row) => {
      const limit = limitOf(row);
      return { ...limit, paused: row.paused === 1, running: this.#gates.get(limit.key)?.running ?? 0 };
    });
  }

  pausedKeys(): string[] {
    return [...this.#gates.values()].filter(({ paused }) => paused).map(({ key }) => key).sort();
  }

  /** To be called for the gates a task begins to run through. */
  started(gates: readonly Gate[]): void {
    for (const gate of gates) if (gate.rate !== undefined) this.#started.add(gate);
  }

  /** Writes the starts of keys with a rate: a restart must not let them begin anew. */
  persist(nowMs: number): void {
    if (this.#started.size === 0) return;
    for (const gate of this.#started) {
      if (gate.rate !== undefined) this.#sql.starts.run(JSON.stringify(gate.rate.kept(nowMs)), gate.key);
    }
    this.#started.clear();
  }

  #sweep(key: string, gate: Gate): void {
    if (Number(this.#sql.sweep.run(key).changes) === 0) return;
    this.#gates.delete(key);
    this.#scheduler.gates.forget([gate]);
  }
}

function limitOf(row: Row): Limit {
  const limit: Limit = { key: String(row.key) };
  if (row.concurrency !== null) limit.concurrency = Number(row.concurrency);
  if (row.rate_count !== null) {
    limit.rate = { count: Number(row.rate_count), perMs: Number(row.rate_per_ms) };
  }
  return limit;
}

function hasLimit({ concurrency, rate }: Limit): boolean {
  return concurrency !== undefined || rate !== undefined;
}
