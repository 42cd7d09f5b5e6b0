import type { StatementSync } from "node:sqlite";
import type { EnqueueOutcome, EnqueueRequest, NewBatch } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import { type BatchBook, noCounts } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import type { DedupKeys } from "./dedup.ts";
import { type Dependencies, isUnknown, type Waits } from "./dependencies.ts";
import type { Inserts } from "./inserts.ts";

/** Expired idempotency keys that one request takes along, so that the table never needs a sweep. */
const PURGE_LIMIT = 50;

/** Accepting tasks: all of a request, or nothing of it. */
export class Acceptance {
  readonly #state: CoreState;
  readonly #inserts: Inserts;
  readonly #dedup: DedupKeys;
  readonly #dependencies: Dependencies;
  readonly #sql: Record<"batch" | "key" | "putKey" | "purge", StatementSync>;

  constructor(
    state: CoreState,
    parts: { inserts: Inserts; dedup: DedupKeys; dependencies: Dependencies },
  ) {
    this.#state = state;
    this.#inserts = parts.inserts;
    this.#dedup = parts.dedup;
    this.#dependencies = parts.dependencies;
    const { db } = state;
    this.#sql = {
      batch: db.prepare("INSERT INTO batches (id, created_ms, max_concurrent, brand) VALUES (?, ?, ?, ?)"),
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
    const { tasks, batch, idempotency, maxLength } = request;
    const { books, wallMs } = this.#state;
    if (idempotency !== undefined) {
      const known = this.#sql.key.get(idempotency.key, wallMs);
      if (known !== undefined) {
        return known.fingerprint === idempotency.fingerprint
          ? { kind: "replayed", answerJson: String(known.answer) }
          : { kind: "conflict", reason: "idempotency_key", value: idempotency.key };
      }
    }
    if (batch !== undefined && books.batchNo(batch.id) !== undefined) {
      return { kind: "conflict", reason: "task_id", value: batch.id };
    }
    const isSingle = tasks.length === 1 && batch === undefined;
    if (isSingle && tasks[0]!.dedup !== undefined) this.#inserts.flush();
    const deduped = isSingle ? this.#dedup.check(tasks[0]!) : undefined;
    if (deduped !== undefined && "refused" in deduped) return deduped.refused;
    if (maxLength !== undefined) {
      const waiting = books.waiting();
      const added = tasks.length + (batch?.onComplete === undefined ? 0 : 1);
      if (waiting + added > maxLength) return { kind: "full", waiting };
    }
    // Only where nothing can be refused once something was written does it go without a savepoint.
    const isPlain = deduped !== undefined && deduped.task.dependsOn === undefined;
    const outcome = isPlain
      ? this.#insertOne(deduped.task, deduped.replaces)
      : this.#allOrNothing(() =>
        this.#insertAll(deduped === undefined ? tasks : [deduped.task], batch, deduped)
      );
    if (outcome.kind === "accepted" && idempotency !== undefined) {
      const { key, fingerprint, answerJson, expiresMs } = idempotency;
      this.#sql.purge.run(wallMs, PURGE_LIMIT);
      this.#sql.putKey.run(key, fingerprint, answerJson, expiresMs);
    }
    return outcome;
  }

  /**
   * Undoes the work where it is refused on the way, and nothing of the transaction before it. Cheaper than asking for
   * each id first: what an insert does on its way costs a batch of 10,000 nothing, and refusals are rare.
   */
  #allOrNothing(work: () => EnqueueOutcome): EnqueueOutcome {
    const state = this.#state;
    state.persist(); // the savepoint holds the books as well
    const { changes } = state;
    state.db.exec("SAVEPOINT request");
    const outcome = work();
    if (outcome.kind === "accepted") {
      this.#inserts.flush();
    } else {
      this.#inserts.forget();
      state.db.exec("ROLLBACK TO request");
      state.reload({ partly: true });
      state.changes = changes;
    }
    state.db.exec("RELEASE request");
    return outcome;
  }

  #insertOne(task: NewTask, replaces: number | undefined): EnqueueOutcome {
    const seq = this.#inserts.insert(task);
    if (seq === undefined) return { kind: "conflict", reason: "task_id", value: task.id };
    this.#dedup.accepted(task, seq, replaces);
    return { kind: "accepted" };
  }

  #insertAll(
    tasks: NewTask[],
    newBatch: NewBatch | undefined,
    deduped: { replaces?: number } | undefined,
  ): EnqueueOutcome {
    const batch = newBatch === undefined ? undefined : this.#addBatch(newBatch);
    const onComplete = newBatch?.onComplete;
    if (batch !== undefined && onComplete !== undefined) {
      const seq = this.#inserts.insert(onComplete, { after: batch });
      if (seq === undefined) return { kind: "conflict", reason: "task_id", value: onComplete.id };
      batch.onComplete = seq;
    }
    const waiting: [seq: number, waits: Waits][] = [];
    let last: { task: NewTask; seq: number } | undefined;
    for (const task of tasks) {
      if (task.dependsOn !== undefined) this.#inserts.flush();
      const waits = task.dependsOn === undefined ? undefined : this.#dependencies.look(task);
      if (waits !== undefined && isUnknown(waits)) {
        return { kind: "unknown_dependency", taskId: waits.unknown };
      }
      const seq = this.#inserts.insert(task, { batch, pending: waits?.pending });
      if (seq === undefined) return { kind: "conflict", reason: "task_id", value: task.id };
      if (waits !== undefined) waiting.push([seq, waits]);
      if (deduped !== undefined) last = { task, seq };
    }
    if (waiting.length > 0 || last !== undefined) this.#inserts.flush();
    if (waiting.length > 0) this.#dependencies.accepted(waiting);
    // After it, so that who replaces what it depends on ends with it and does not wait for ever.
    if (last !== undefined) this.#dedup.accepted(last.task, last.seq, deduped!.replaces);
    return { kind: "accepted" };
  }

  #addBatch({ id, createdMs, maxConcurrent, brand }: NewBatch): BatchBook {
    const { books } = this.#state;
    const made = this.#sql.batch.run(id, createdMs, maxConcurrent, brand ?? null);
    const no = Number(made.lastInsertRowid);
    const batch = { no, id, maxConcurrent, counts: noCounts(), onComplete: undefined };
    books.addBatch(batch);
    return batch;
  }
}
