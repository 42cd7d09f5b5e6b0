import type { EnqueueOutcome, EnqueueRequest, IdempotencyEntry } from "../../port.ts";
import type { StoredTask } from "../../task.ts";
import { type Batch, type Board, noCounts, type Row } from "./board.ts";

/** Taking tasks in: all of a request or nothing, and the answers to replay. */
export class Acceptance {
  readonly #board: Board;
  readonly #keys = new Map<string, IdempotencyEntry>();

  constructor(board: Board) {
    this.#board = board;
  }

  enqueue(request: EnqueueRequest, nowMs: number): EnqueueOutcome {
    const refused = this.#refusal(request, nowMs);
    if (refused !== undefined) return refused;
    const { tasks, batch, idempotency } = request;
    const inBatch: Batch | undefined = batch &&
      { stored: { ...batch, total: 0, counts: noCounts() }, rows: [] };
    if (inBatch !== undefined) this.#board.batches.set(batch!.id, inBatch);
    for (const given of tasks) {
      const delayed = given.runAtMs !== undefined && given.runAtMs > nowMs;
      const task: StoredTask = {
        ...structuredClone(given),
        batchId: batch?.id,
        seq: this.#board.rows.size + 1,
        status: "queued",
        attempts: 0,
        crashes: 0,
      };
      const row: Row = {
        task,
        state: "ready",
        readyMs: delayed ? given.runAtMs! : this.#board.readyMs(nowMs),
      };
      this.#board.rows.set(task.id, row);
      inBatch?.rows.push(row);
      this.#board.move(row, delayed ? "delayed" : "held");
    }
    this.#board.admit();
    if (idempotency !== undefined) this.#keys.set(idempotency.key, idempotency);
    return { kind: "accepted" };
  }

  /** Whatever is not "accepted", found before anything changes. */
  #refusal(
    { tasks, batch, idempotency, maxLength }: EnqueueRequest,
    nowMs: number,
  ): EnqueueOutcome | undefined {
    const known = idempotency && this.#keys.get(idempotency.key);
    if (known !== undefined && known.expiresMs > nowMs) {
      return known.fingerprint === idempotency!.fingerprint
        ? { kind: "replayed", answerJson: known.answerJson }
        : { kind: "conflict", reason: "idempotency_key", value: known.key };
    }
    const seen = new Set<string>();
    for (const { id } of tasks) {
      if (seen.has(id) || this.#board.rows.has(id)) return { kind: "conflict", reason: "task_id", value: id };
      seen.add(id);
    }
    if (batch !== undefined && this.#board.batches.has(batch.id)) {
      return { kind: "conflict", reason: "task_id", value: batch.id };
    }
    const waiting = this.#board.size("held") + this.#board.size("ready") + this.#board.size("delayed");
    if (maxLength !== undefined && waiting + tasks.length > maxLength) return { kind: "full", waiting };
    return undefined;
  }
}
