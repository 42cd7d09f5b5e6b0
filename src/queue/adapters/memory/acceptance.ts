import type { EnqueueOutcome, EnqueueRequest, IdempotencyEntry } from "../../port.ts";
import type { NewTask } from "../../task.ts";
import { type Batch, type Board, hasEnded, type Row } from "./board.ts";
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
    const rows: Row[] = [];
    let batch: Batch | undefined;
    if (given !== undefined) {
      const { onComplete, ...kept } = given;
      batch = { ...kept, total: tasks.length, rows: [], hasEnded: false, onCompleteTaskId: onComplete?.id };
      this.#board.batches.set(batch.id, batch);
    }
    for (const task of tasks) rows.push(this.#flow.add(task, { batchId: batch?.id }));
    batch?.rows.push(...rows);
    if (given?.onComplete !== undefined) {
      rows.push(this.#flow.add(given.onComplete, { onCompleteOf: given.id }));
    }
    if (given === undefined && tasks.length === 1) this.#replace(tasks[0]!, rows[0]!);
    for (const row of rows) this.#flow.begin(row);
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
    const all = batch?.onComplete === undefined ? tasks : [...tasks, batch.onComplete];
    const seen = new Set<string>();
    for (const { id } of all) {
      if (seen.has(id) || this.#board.rows.has(id)) return { kind: "conflict", reason: "task_id", value: id };
      seen.add(id);
    }
    if (batch !== undefined && this.#board.batches.has(batch.id)) {
      return { kind: "conflict", reason: "task_id", value: batch.id };
    }
    const unknown = this.#unknownDependency(all);
    if (unknown !== undefined) return { kind: "unknown_dependency", taskId: unknown };
    const duplicate = batch === undefined && tasks.length === 1 ? this.#duplicate(tasks[0]!) : undefined;
    if (duplicate !== undefined) return duplicate;
    const waiting = this.#board.all("ready", "delayed", "waiting").length;
    if (maxLength !== undefined && waiting + all.length > maxLength) return { kind: "full", waiting };
    return undefined;
  }

  #unknownDependency(tasks: NewTask[]): string | undefined {
    const earlier = new Set<string>();
    for (const { id, dependsOn = [] } of tasks) {
      const unknown = dependsOn.find((parent) => !earlier.has(parent) && !this.#board.rows.has(parent));
      if (unknown !== undefined) return unknown;
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
    this.#board.tell(last.row);
  }

  #last(key: string): LastOfKey | undefined {
    const last = this.#dedup.get(key);
    return last !== undefined && this.#board.rows.get(last.row.task.id) === last.row ? last : undefined;
  }
}
