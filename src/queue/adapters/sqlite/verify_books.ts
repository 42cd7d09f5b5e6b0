import type { DatabaseSync } from "node:sqlite";
import { countsOf, noCounts } from "./books.ts";
import { STATE_NAMES } from "./states.ts";

type Row = Record<string, number | string | null>;

/**
 * Counts the rows and compares them with the counters of the file: by type, by batch, in all, and no batch with more
 * than its share in {ready, running}. Returns what does not agree, empty when the books balance. For tests and repair:
 * it reads every row.
 */
export function verifyBooks(db: DatabaseSync): string[] {
  const problems: string[] = [];
  const compare = (what: string, counters: number[], rows: number[]) => {
    STATE_NAMES.forEach((name, state) => {
      if (counters[state] !== rows[state]) {
        problems.push(`${what}: counter ${name} is ${counters[state]}, rows are ${rows[state]}`);
      }
    });
  };

  let total = 0;
  for (const [table, column] of [["task_types", "type_no"], ["batches", "batch_no"]] as const) {
    const rowsOf = new Map<number, number[]>();
    const grouped = `SELECT ${column} AS no, state, count(*) AS n FROM tasks NOT INDEXED ` +
      `WHERE ${column} IS NOT NULL GROUP BY ${column}, state`;
    for (const { no, state, n } of db.prepare(grouped).all() as Record<string, number>[]) {
      const counts = rowsOf.get(no!) ?? noCounts();
      counts[state!] = n!;
      rowsOf.set(no!, counts);
      if (table === "task_types") total += n!;
    }
    for (const row of db.prepare(`SELECT * FROM ${table}`).all() as Row[]) {
      const counts = countsOf(row);
      compare(`${table} ${row.no}`, counts, rowsOf.get(Number(row.no)) ?? noCounts());
      const active = counts[1]! + counts[3]!;
      if (table === "batches" && active > Number(row.max_concurrent)) {
        problems.push(`batch ${row.id}: ${active} active, at most ${row.max_concurrent} allowed`);
      }
      if (table === "batches" && counts[0]! > 0 && active < Number(row.max_concurrent)) {
        problems.push(
          `batch ${row.id}: ${counts[0]} held though only ${active} of ${row.max_concurrent} active`,
        );
      }
    }
  }
  const { accepted } = db.prepare("SELECT accepted FROM meta").get() as Row;
  if (accepted !== total) problems.push(`accepted is ${accepted}, rows are ${total}`);
  return problems;
}
