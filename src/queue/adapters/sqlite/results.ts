import type { DatabaseSync, StatementSync } from "node:sqlite";
import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * Characters up to which a result lies in its task's row, which its end writes anyway: a b-tree less. Longer ones have a
 * table of their own, so that a list does not read past them.
 */
const MAX_IN_ROW = 256;
/** Characters from which it is worth compressing: a page's Markdown shrinks to a third. */
const DEFLATE_FROM = 4096;
/** Level 1: 100 MB/s, and most of what higher levels gain on text. */
const DEFLATE_LEVEL = 1;

/** Results of tasks, as JSON text. */
export class Results {
  readonly #sql: Record<"put" | "drop", StatementSync>;

  constructor(db: DatabaseSync) {
    this.#sql = {
      put: db.prepare("INSERT OR REPLACE INTO task_results (seq, json, deflated) VALUES (?, ?, ?)"),
      drop: db.prepare("DELETE FROM task_results WHERE seq = ?"),
    };
  }

  /** What goes into the row; what is too long for it is put away. */
  put(seq: number, json: string): string | null {
    if (json.length <= MAX_IN_ROW) return json;
    if (json.length < DEFLATE_FROM) this.#sql.put.run(seq, json, null);
    else this.#sql.put.run(seq, null, deflateRawSync(json, { level: DEFLATE_LEVEL }));
    return null;
  }

  drop(seq: number): void {
    this.#sql.drop.run(seq);
  }
}

/** The text again, from whichever of the three places has it. */
export function readResult(
  inRow: unknown,
  json: unknown,
  deflated: unknown,
): string | undefined {
  if (typeof inRow === "string") return inRow;
  if (typeof json === "string") return json;
  return deflated instanceof Uint8Array ? inflateRawSync(deflated).toString("utf8") : undefined;
}
