import type { StatementSync } from "node:sqlite";
import type { NewTask } from "../../task.ts";
import type { BatchBook } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { writeOptions } from "./options.ts";
import { State } from "./states.ts";

export interface InsertOptions {
  batch?: BatchBook;
  /** Dependencies that have not ended; where there are any it is `blocked`. */
  pending?: number;
  /** The batch whose end it waits for, `blocked` too. */
  after?: BatchBook;
}

/** Putting one accepted task into the file, the books and the scheduler. */
export class Inserts {
  readonly #state: CoreState;
  readonly #sql: Record<"insert" | "tag", StatementSync>;

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      insert: db.prepare(
        "INSERT INTO tasks (seq, id, type_no, state, priority, lane, rank, created_ms, run_at, follows_wall, expires_q, " +
          "max_attempts, timeout_ms, batch_no, pending, brand, request_id, options, input) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
      ),
      tag: db.prepare("INSERT OR IGNORE INTO task_tags (tag, seq) VALUES (?, ?)"),
    };
  }

  /** Its `seq`, or undefined where its id is in use (then nothing has changed). */
  insert(task: NewTask, { batch, pending, after }: InsertOptions = {}): number | undefined {
    const state = this.#state;
    const { books, nowMs } = state;
    const type = books.type(task.type);
    const dueMs = this.#dueMs(task);
    const to = after !== undefined || (pending !== undefined && pending > 0)
      ? State.blocked
      : dueMs > nowMs
      ? State.delayed
      : State.ready;
    const laneNo = state.lanes.ofTask(task, type.no, batch?.no);
    const rank = dueMs > nowMs ? dueMs : nowMs;
    const seq = books.nextSeq;
    const followsWall = task.delayMs === undefined && task.runAtMs !== undefined && dueMs > nowMs;
    const { changes } = this.#sql.insert.run(
      seq,
      task.id,
      type.no,
      to,
      task.priority,
      laneNo,
      rank,
      Math.trunc(task.createdMs),
      this.#runAtMs(task),
      followsWall ? 1 : null,
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
    if (Number(changes) === 0) return undefined;
    books.nextSeq = seq + 1;
    books.move(type, batch, undefined, to);
    if (task.tags !== undefined) { for (const tag of task.tags) this.#sql.tag.run(tag, seq); }
    if (to === State.ready) state.becameReady(seq, laneNo, rank);
    else if (to === State.delayed) state.dueChanged();
    if (task.expiresInMs !== undefined) state.expiryChanged();
    return seq;
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
