import type { EnqueueOutcome, EnqueueRequest, IdempotencyEntry } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import { type Batch, type Board, hasEnded } from "./board.ts";
import { type Row } from "./row.ts";
import type { Flow } from "./flow.ts";
import type { QueueTime } from "./queue_time.ts";

/** The last task of a dedup key. */
interface LastOfKey {
  row: Row;
  acceptedMs: number;
}

/** Taking tasks in: all of a request or nothing, the answers to replay, and at most one task of a dedup key. */
export class Acceptance {
  readonly #board: Board;
  readonly #flow: Flow;
  readonly #time: QueueTime;
  readonly #idempotency = new Map<string, IdempotencyEntry>();
  readonly #dedup = new Map<string, LastOfKey>();

  constructor(board: Board, flow: Flow, time: QueueTime) {
    this.#board = board;
    this.#flow = flow;
    this.#time = time;
  }

  enqueue(request: EnqueueRequest): EnqueueOutcome {
    const refused = this.#refusal(request);
    if (refused !== undefined) return refused;
    const { tasks, batch: given, idempotency } = request;
    if (idempotency !== undefined) this.#idempotency.set(idempotency.key, idempotency);
    let batch: Batch | undefined;
    if (given !== undefined) {
      const { onComplete, ...kept } = given;
      batch = { ...kept, rows: [] };
      this.#board.batches.set(batch.id, batch);
      if (onComplete !== undefined) this.#flow.add(onComplete, { onCompleteOf: given.id });
    }
    const rows = tasks.map((task) => this.#flow.add(task, { batchId: batch?.id }));
    batch?.rows.push(...rows);
    for (const row of rows) this.#flow.begin(row);
    if (given === undefined && tasks.length === 1) this.#replace(tasks[0]!, rows[0]!);
    return { kind: "accepted" };
  }

  /** Whatever is not "accepted", found before anything changes. */
  #refusal({ tasks, batch, idempotency, maxLength }: EnqueueRequest): EnqueueOutcome | undefined {
    const known = idempotency && this.#idempotency.get(idempotency.key);
    if (known !== undefined && known.expiresMs > this.#time.wallMs) {
      return known.fingerprint === idempotency!.fingerprint
        ? { kind: "replayed", answerJson: known.answerJson }
        : { kind: "conflict", reason: "idempotency_key", value: known.key };
    }
    if (batch !== undefined && this.#board.batches.has(batch.id)) {
      return { kind: "conflict", reason: "task_id", value: batch.id };
    }
    const duplicate = batch === undefined && tasks.length === 1 ? this.#duplicate(tasks[0]!) : undefined;
    if (duplicate !== undefined) return duplicate;
    const all = batch?.onComplete === undefined ? tasks : [batch.onComplete, ...tasks];
    const waiting = this.#board.all("ready", "delayed", "waiting").length;
    if (maxLength !== undefined && waiting + all.length > maxLength) return { kind: "full", waiting };
    const earlier = new Set<string>();
    for (const { id, dependsOn = [] } of all) {
      const isThere = (one: string) => earlier.has(one) || this.#board.rows.has(one);
      const unknown = dependsOn.find((parent) => !isThere(parent));
      if (unknown !== undefined) return { kind: "unknown_dependency", taskId: unknown };
      if (isThere(id)) return { kind: "conflict", reason: "task_id", value: id };
      earlier.add(id);
    }
    return undefined;
  }

  /** The refusals of `reject` and `throttle`. */
  #duplicate({ dedup }: NewTask): EnqueueOutcome | undefined {
    const last = dedup && this.#last(dedup.key);
    if (dedup === undefined || last === undefined) return undefined;
    const { id, status } = last.row.task;
    if (dedup.mode === "reject" && !hasEnded(last.row)) {
      return { kind: "conflict", reason: "dedup_key", value: id };
    }
    if (dedup.mode === "throttle" && this.#time.nowMs - last.acceptedMs < (dedup.windowMs ?? 0)) {
      return { kind: "deduplicated", taskId: id, status };
    }
    return undefined;
  }

  /** Remembers the new task of its key, and cancels the one that waited in the modes that say so. */
  #replace({ id, dedup }: NewTask, row: Row): void {
    if (dedup === undefined) return;
    const last = this.#last(dedup.key);
    this.#dedup.set(dedup.key, { row, acceptedMs: this.#time.nowMs });
    if (dedup.mode !== "replace" && dedup.mode !== "debounce") return;
    if (last === undefined || hasEnded(last.row) || last.row.state === "running") return;
    const error = { code: "cancelled", message: `Replaced by ${id}`, retryable: false } as const;
    this.#flow.end(last.row, "cancelled", { error });
    this.#board.tell(last.row, error);
  }

  #last(key: string): LastOfKey | undefined {
    const last = this.#dedup.get(key);
    return last !== undefined && this.#board.rows.get(last.row.task.id) === last.row ? last : undefined;
  }
}
