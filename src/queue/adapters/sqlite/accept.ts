import type { StatementSync } from "node:sqlite";
import type { EnqueueOutcome, EnqueueRequest } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import { type BatchBook, noCounts } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import { writeBackoff } from "./rows.ts";
import { State } from "./states.ts";

/** Expired idempotency keys that one request takes along, so that the table never needs a sweep. */
const PURGE_LIMIT = 50;

/** Accepting tasks. Whatever can refuse a request is looked at before its first write. */
export class Acceptance {
  readonly #state: CoreState;
  readonly #sql: Record<"insert" | "exists" | "tag" | "batch" | "key" | "putKey" | "purge", StatementSync>;

  constructor(state: CoreState) {
    this.#state = state;
    const { db } = state;
    this.#sql = {
      insert: db.prepare(
        "INSERT INTO tasks (seq, id, type_no, state, priority, sort_key, ready_ms, run_at, created_ms, " +
          "max_attempts, timeout_ms, batch_no, backoff, brand, tags, request_id, input) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
      ),
      exists: db.prepare("SELECT 1 AS found FROM tasks WHERE id = ?"),
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
    const taken = this.#taken(request);
    if (taken !== undefined) return { kind: "conflict", reason: "task_id", value: taken };
    if (maxLength !== undefined) {
      const waiting = books.waiting();
      if (waiting + tasks.length > maxLength) return { kind: "full", waiting };
    }

    let batch: BatchBook | undefined;
    if (newBatch !== undefined) {
      const { id, createdMs, maxConcurrent, brand } = newBatch;
      const made = this.#sql.batch.run(id, createdMs, maxConcurrent, brand ?? null);
      batch = { no: Number(made.lastInsertRowid), id, maxConcurrent, counts: noCounts() };
      books.addBatch(batch);
      books.touch();
    }
    for (const task of tasks) {
      if (!this.#insert(task, batch, nowMs)) return { kind: "conflict", reason: "task_id", value: task.id };
    }
    this.#state.refill(batch);
    if (idempotency !== undefined) {
      const { key, fingerprint, answerJson, expiresMs } = idempotency;
      this.#sql.purge.run(nowMs, PURGE_LIMIT);
      this.#sql.putKey.run(key, fingerprint, answerJson, expiresMs);
    }
    return { kind: "accepted" };
  }

  /**
   * The first id that is in use. A single task needs no look: its insert says so by changing nothing, which costs
   * half, and nothing was written before it.
   */
  #taken({ tasks, batch }: EnqueueRequest): string | undefined {
    if (batch !== undefined && this.#state.books.batchNo(batch.id) !== undefined) return batch.id;
    if (tasks.length === 1 && batch === undefined) return undefined;
    const seen = new Set<string>();
    for (const { id } of tasks) {
      if (seen.has(id) || this.#sql.exists.get(id) !== undefined) return id;
      seen.add(id);
    }
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
    return true;
  }
}
