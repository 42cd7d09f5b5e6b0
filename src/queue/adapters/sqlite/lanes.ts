import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { NewTask } from "../../task.ts";
import type { Books } from "./books.ts";
import type { LaneRule } from "./scheduler/structure.ts";

/** Rules that are remembered; beyond it they are forgotten and read again. */
const MOST_REMEMBERED = 10_000;

/** The numbers of lanes and the rules behind them. A rule is written once and never changes. */
export class Lanes {
  readonly #books: Books;
  readonly #noByText = new Map<string, number>();
  readonly #ruleByNo = new Map<number, LaneRule>();
  readonly #sql: Record<"find" | "insert" | "rule" | "dropBatch", StatementSync>;

  constructor(db: DatabaseSync, books: Books) {
    this.#books = books;
    this.#sql = {
      find: db.prepare("SELECT no FROM lanes WHERE rule = ?"),
      insert: db.prepare("INSERT INTO lanes (rule, batch_no) VALUES (?, ?)"),
      dropBatch: db.prepare("DELETE FROM lanes WHERE batch_no = ?"),
      rule: db.prepare("SELECT rule FROM lanes WHERE no = ?"),
    };
  }

  /** Numbers may not be what they were: after a rollback, and where lanes have gone. */
  forget(): void {
    this.#noByText.clear();
    this.#ruleByNo.clear();
  }

  /** Nothing is left of a batch; its numbers may be given anew. */
  dropBatch(batchNo: number): void {
    if (Number(this.#sql.dropBatch.run(batchNo).changes) > 0) this.forget();
  }

  /** The lane of a task that is accepted. */
  ofTask(task: NewTask, typeNo: number, batchNo: number | undefined): number {
    const { priority, fairnessKey = task.brand ?? "", limitKeys = [] } = task;
    return this.#no([typeNo, priority, fairnessKey, batchNo ?? null, limitKeys]);
  }

  /** The same line at another priority. */
  atPriority(no: number, priority: number): number {
    const { type, fairnessKey, batchNo, limitKeys } = this.rule(no);
    return this.#no([this.#books.type(type).no, priority, fairnessKey, batchNo ?? null, limitKeys]);
  }

  rule(no: number): LaneRule {
    let rule = this.#ruleByNo.get(no);
    if (rule === undefined) {
      const [typeNo, priority, fairnessKey, batchNo, limitKeys] = JSON.parse(
        String(this.#sql.rule.get(no)!.rule),
      ) as RuleText;
      const { name } = this.#books.typeByNo(typeNo);
      rule = { type: name, priority, fairnessKey, limitKeys, batchNo: batchNo ?? undefined };
      this.#remember(() => this.#ruleByNo.set(no, rule!));
    }
    return rule;
  }

  #no(parts: RuleText): number {
    const text = JSON.stringify(parts);
    let no = this.#noByText.get(text);
    if (no === undefined) {
      const row = this.#sql.find.get(text);
      no = Number(row === undefined ? this.#sql.insert.run(text, parts[3]).lastInsertRowid : row.no);
      this.#remember(() => this.#noByText.set(text, no!));
    }
    return no;
  }

  #remember(put: () => void): void {
    if (this.#noByText.size > MOST_REMEMBERED) this.#noByText.clear();
    if (this.#ruleByNo.size > MOST_REMEMBERED) this.#ruleByNo.clear();
    put();
  }
}

type RuleText = [
  typeNo: number,
  priority: number,
  fairnessKey: string,
  batchNo: number | null,
  limitKeys: readonly string[],
];
