import type { DatabaseSync } from "node:sqlite";
import { countsOf, noCounts } from "./books.ts";
import { STATE_NAMES } from "./states.ts";

type Row = Record<string, number | string | null>;

/**
 * Counts the rows and compares them with the counters of the file: by type, by batch, in all; that what is in hand is
 * ready, that what is blocked waits for something, and that no more of a batch is in hand than it allows. Returns what
 * does not agree, empty when the books balance. For tests and repair: it reads every row.
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
      compare(`${table} ${row.no}`, countsOf(row), rowsOf.get(Number(row.no)) ?? noCounts());
    }
  }
  const { accepted } = db.prepare("SELECT accepted FROM meta").get() as Row;
  if (accepted !== total) problems.push(`accepted is ${accepted}, rows are ${total}`);
  const rows = (sql: string) => db.prepare(sql).all() as Row[];
  const inHand = "(SELECT json_extract(l.value, '$[0]') FROM in_hand h, json_each(h.leases) l)";
  for (const { id, state } of rows(`SELECT id, state FROM tasks WHERE seq IN ${inHand} AND state <> 1`)) {
    problems.push(`${id} is in hand, its row says ${STATE_NAMES[Number(state)]}`);
  }
  const crowded = "SELECT b.id AS id, count(*) AS n, b.max_concurrent AS most FROM tasks t JOIN batches b " +
    `ON b.no = t.batch_no WHERE t.seq IN ${inHand} GROUP BY b.no HAVING n > most`;
  for (const { id, n, most } of rows(crowded)) {
    problems.push(`batch ${id}: ${n} in hand, at most ${most} allowed`);
  }
  const idle =
    "SELECT id FROM tasks t WHERE state = 0 AND NOT EXISTS (SELECT 1 FROM dependencies d JOIN tasks p " +
    "ON p.seq = d.parent WHERE d.child = t.seq AND p.state < 4) AND NOT EXISTS (SELECT 1 FROM batches b " +
    "WHERE b.on_complete = t.seq AND b.ready + b.delayed + b.blocked > 0)";
  for (const { id } of rows(idle)) problems.push(`${id} is blocked and waits for nothing`);
  return problems;
}
