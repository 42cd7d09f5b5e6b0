import type { StatementSync } from "node:sqlite";
import type { EnqueueOutcome, EnqueueRequest, NewBatch } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import { type BatchBook, noCounts } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { writeBackoff } from "./rows.ts";
import { State } from "./states.ts";

/** Expired idempotency keys that one request takes along, so that the table never needs a sweep. */
const PURGE_LIMIT = 50;

/** Accepting tasks: all of a request, or nothing of it. */
export class Acceptance {
  readonly #state: CoreState;
  readonly #sql: Record<"insert" | "tag" | "batch" | "key" | "putKey" | "purge", StatementSync>;

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      insert: db.prepare(
        "INSERT INTO tasks (seq, id, type_no, state, priority, sort_key, ready_ms, run_at, created_ms, " +
          "max_attempts, timeout_ms, batch_no, backoff, brand, tags, request_id, input) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
      ),
      tag: db.prepare("INSERT OR IGNORE INTO task_tags (tag, seq) VALUES (?, ?)"),
      batch: db.prepare(
        "INSERT INTO batches (id, created_ms, max_concurrent, brand) VALUES (?, ?, ?, ?)",
      ),
      key: db.prepare("SELECT fingerprint, answer FROM idempotency WHERE key = ? AND expires_ms > ?"),
      putKey: db.prepare(
        "INSERT OR REPLACE INTO idempotency (key, fingerprint, answer, expires_ms) VALUES (?, ?, ?, ?)",
      ),
      purge: db.prepare(
        "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE expires_ms <= ? LIMIT ?)",
      ),
    };
  }

  enqueue(request: EnqueueRequest): EnqueueOutcome {
    const { tasks, batch: newBatch, idempotency, maxLength } = request;
    const { books } = this.#state;
    const nowMs = this.#state.now();
    if (idempotency !== undefined) {
      const known = this.#sql.key.get(idempotency.key, nowMs);
      if (known !== undefined) {
        return known.fingerprint === idempotency.fingerprint
          ? { kind: "replayed", answerJson: String(known.answer) }
          : { kind: "conflict", reason: "idempotency_key", value: idempotency.key };
      }
    }
    if (newBatch !== undefined && books.batchNo(newBatch.id) !== undefined) {
      return { kind: "conflict", reason: "task_id", value: newBatch.id };
    }
    if (maxLength !== undefined) {
      const waiting = books.waiting();
      if (waiting + tasks.length > maxLength) return { kind: "full", waiting };
    }

    const taken = tasks.length === 1 && newBatch === undefined
      ? this.#insertAll(tasks, undefined, nowMs)
      : this.#allOrNothing(() => this.#insertAll(tasks, newBatch, nowMs));
    if (taken !== undefined) return { kind: "conflict", reason: "task_id", value: taken };
    if (idempotency !== undefined) {
      const { key, fingerprint, answerJson, expiresMs } = idempotency;
      this.#sql.purge.run(nowMs, PURGE_LIMIT);
      this.#sql.putKey.run(key, fingerprint, answerJson, expiresMs);
    }
    return { kind: "accepted" };
  }

  /**
   * Undoes the work where it gives an id that is in use, and nothing of the transaction before it. Cheaper than asking
   * for each id first: what an insert does on its way costs a batch of 10,000 nothing, and refusals are rare.
   */
  #allOrNothing(work: () => string | undefined): string | undefined {
    const { db, books } = this.#state;
    books.persist(this.#state.now()); // the savepoint holds the books as well
    db.exec("SAVEPOINT request");
    const taken = work();
    if (taken !== undefined) {
      db.exec("ROLLBACK TO request");
      this.#state.reload();
    }
    db.exec("RELEASE request");
    return taken;
  }

  /** The first id that is in use; what was inserted before it stays. */
  #insertAll(tasks: NewTask[], newBatch: NewBatch | undefined, nowMs: number): string | undefined {
    const { books } = this.#state;
    let batch: BatchBook | undefined;
    if (newBatch !== undefined) {
      const { id, createdMs, maxConcurrent, brand } = newBatch;
      const made = this.#sql.batch.run(id, createdMs, maxConcurrent, brand ?? null);
      batch = { no: Number(made.lastInsertRowid), id, maxConcurrent, counts: noCounts() };
      books.addBatch(batch);
      books.touch();
    }
    for (const task of tasks) {
      if (!this.#insert(task, batch, nowMs)) return task.id;
    }
    this.#state.refill(batch);
    return undefined;
  }

  #insert(task: NewTask, batch: BatchBook | undefined, nowMs: number): boolean {
    const state = this.#state;
    const { books } = state;
    const type = books.type(task.type);
    const delayed = task.runAtMs !== undefined && task.runAtMs > nowMs;
    const readyMs = delayed ? Math.trunc(task.runAtMs!) : books.readyMs(nowMs);
    const to = delayed ? State.delayed : state.entryState(batch);
    const seq = books.nextSeq;
    const tags = task.tags !== undefined && task.tags.length > 0 ? task.tags : undefined;
    const { changes } = this.#sql.insert.run(
      seq,
      task.id,
      type.no,
      to,
      task.priority,
      state.sortKey(task.priority, readyMs),
      readyMs,
      task.runAtMs === undefined ? null : Math.trunc(task.runAtMs),
      Math.trunc(task.createdMs),
      task.maxAttempts,
      task.timeoutMs,
      batch?.no ?? null,
      writeBackoff(task.backoff),
      task.brand ?? null,
      tags === undefined ? null : JSON.stringify(tags),
      task.requestId ?? null,
      task.inputJson,
    );
    if (Number(changes) === 0) return false;
    books.nextSeq = seq + 1;
    books.move(type, batch, undefined, to);
    if (tags !== undefined) { for (const tag of tags) this.#sql.tag.run(tag, seq); }
    if (delayed) state.dueChanged();
    else books.readyMsUsed(readyMs);
    return true;
  }
}
