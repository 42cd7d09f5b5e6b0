import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { NewTask } from "../../task.ts";
import type { BatchBook } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { writeOptions } from "./options.ts";
import type { SqlValue } from "./rows.ts";
import { State } from "./states.ts";

export interface InsertOptions {
  batch?: BatchBook;
  /** Dependencies that have not ended; where there are any it is `blocked`. */
  pending?: number;
  /** The batch whose end it waits for, `blocked` too. */
  after?: BatchBook;
}

/** An id that is in use was met too late to tell whose it was: the transaction is to be done again, `carefully`. */
export class IdInUse extends Error {
  override readonly name = "IdInUse";
}

const COLUMNS =
  "seq, id, type_no, state, priority, lane, rank, created_ms, run_at, follows_wall, expires_q, max_attempts, timeout_ms, " +
  "batch_no, pending, brand, request_id, options, input";
const WIDTH = 19;
/** Rows of one statement. A statement costs 2 us however much it does, which is 2 of the 5 us of a row by itself. */
const ROWS = 16;

/**
 * Putting accepted tasks into the file, the books and the scheduler. Rows are gathered and written sixteen at a time;
 * `flush` writes what is left, and must be called before anything reads the table. Ids in use are rare: only when a
 * statement wrote fewer rows than it was given is the transaction done again, row by row.
 */
export class Inserts {
  /** Row by row, so that an id in use is known at once. */
  careful = false;
  readonly #state: CoreState;
  readonly #sql: Record<"one" | "many" | "tag", StatementSync>;
  #gathered: SqlValue[] = [];

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      one: prepareInsert(db, 1),
      many: prepareInsert(db, ROWS),
      tag: db.prepare("INSERT OR IGNORE INTO task_tags (tag, seq) VALUES (?, ?)"),
    };
    state.beforeReads = () => this.flush();
  }

  /** Its `seq`, or undefined where its id is in use (told only `carefully`; then nothing has changed). */
  insert(task: NewTask, { batch, pending, after }: InsertOptions = {}): number | undefined {
    const state = this.#state;
    const { books, nowMs } = state;
    const type = books.type(task.type);
    const dueMs = this.#dueMs(task);
    const isDelayed = dueMs > nowMs;
    const isBlocked = after !== undefined || (pending !== undefined && pending > 0);
    const to = isBlocked ? State.blocked : isDelayed ? State.delayed : State.ready;
    const laneNo = state.lanes.ofTask(task, type.no, batch?.no);
    const rank = isDelayed ? dueMs : nowMs;
    const seq = books.nextSeq;
    this.#gathered.push(
      seq,
      task.id,
      type.no,
      to,
      task.priority,
      laneNo,
      rank,
      Math.trunc(task.createdMs),
      this.#runAtMs(task),
      isDelayed && task.delayMs === undefined ? 1 : null,
      task.expiresInMs === undefined ? null : nowMs + Math.trunc(task.expiresInMs),
      task.maxAttempts,
      task.timeoutMs,
      batch?.no ?? null,
      pending ?? null,
      task.brand ?? null,
      task.requestId ?? null,
      writeOptions(task, after?.id),
      task.inputJson,
    );
    if (this.careful) {
      if (this.#write(this.#sql.one, this.#gathered.splice(0)) === 0) return undefined;
    } else if (this.#gathered.length === ROWS * WIDTH) {
      this.flush();
    }
    books.nextSeq = seq + 1;
    books.move(type, batch, undefined, to);
    if (task.tags !== undefined) { for (const tag of task.tags) this.#sql.tag.run(tag, seq); }
    if (to === State.ready) state.becameReady(seq, laneNo, rank);
    else if (to === State.delayed) state.dueChanged();
    if (task.expiresInMs !== undefined) state.expiryChanged();
    return seq;
  }

  /** @throws {IdInUse} */
  flush(): void {
    if (this.#gathered.length === 0) return;
    const values = this.#gathered;
    this.#gathered = [];
    const rows = values.length / WIDTH;
    let written = 0;
    if (rows === ROWS) {
      written = this.#write(this.#sql.many, values);
    } else {
      for (let i = 0; i < values.length; i += WIDTH) {
        written += this.#write(this.#sql.one, values.slice(i, i + WIDTH));
      }
    }
    if (written < rows) throw new IdInUse("An id of this transaction is in use");
  }

  /** After a rollback. */
  forget(): void {
    this.#gathered = [];
  }

  #write(statement: StatementSync, values: SqlValue[]): number {
    return Number(statement.run(...values).changes);
  }

  /** When it may first run, in queue time. */
  #dueMs({ delayMs, runAtMs }: NewTask): number {
    const { nowMs, wallMs } = this.#state;
    if (delayMs !== undefined) return nowMs + Math.trunc(delayMs);
    return runAtMs === undefined ? nowMs : nowMs + Math.trunc(runAtMs) - wallMs;
  }

  /** When it may first run, for people. */
  #runAtMs({ delayMs, runAtMs }: NewTask): number | null {
    if (delayMs !== undefined) return delayMs > 0 ? this.#state.wallMs + Math.trunc(delayMs) : null;
    return runAtMs === undefined ? null : Math.trunc(runAtMs);
  }
}

function prepareInsert(db: DatabaseSync, rows: number): StatementSync {
  const row = `(${Array<string>(WIDTH).fill("?").join(", ")})`;
  return db.prepare(
    `INSERT INTO tasks (${COLUMNS}) VALUES ${
      Array<string>(rows).fill(row).join(", ")
    } ON CONFLICT (id) DO NOTHING`,
  );
}
