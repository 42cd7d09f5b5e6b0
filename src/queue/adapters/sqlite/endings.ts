import type { StatementSync } from "node:sqlite";
import type { TaskFailure } from "../../../platform/errors.ts";
import type { DependencyFailure, NewTask, TaskStatus, WebhookTarget } from "../../task.ts";
import type { BatchBook, TypeBook } from "./books.ts";
import { isOver } from "./books.ts";
import type { CoreState } from "./core_state.ts";
import type { Inserts } from "./inserts.ts";
import { readOptions } from "./options.ts";
import { isEnded, State, statusOf } from "./states.ts";
import { followUpTask } from "./follow_up_task.ts";
import { webhookTask } from "./webhook_task.ts";

type Row = Record<string, number | string | null>;
type EndState = typeof State.completed | typeof State.failed | typeof State.cancelled;

/** Dependencies of a task that have not ended. */
export const OPEN_DEPENDENCIES =
  "SELECT count(*) AS n FROM dependencies d JOIN tasks t ON t.seq = d.parent WHERE d.child = ? AND t.state < 4";

/** A task that has just ended: its row and the books say so already. */
export interface Ended {
  seq: number;
  taskId: string;
  type: TypeBook;
  batch: BatchBook | undefined;
  status: TaskStatus;
  webhook: WebhookTarget | undefined;
  followUp: string | undefined;
  error?: TaskFailure;
}

/**
 * What the end of a task sets going, in the same transaction: its webhook, the tasks that depend on it, the task that
 * waits for its batch. Ends that follow from ends are worked off from a list: a chain of thousands is no recursion.
 */
export class Endings {
  readonly #state: CoreState;
  readonly #inserts: Inserts;
  readonly #sql: Record<
    "row" | "end" | "children" | "open" | "pending" | "unblock" | "labels",
    StatementSync
  >;
  #queue: Ended[] = [];
  #working = false;

  constructor(state: CoreState, inserts: Inserts) {
    this.#state = state;
    this.#inserts = inserts;
    const { db } = state;
    this.#sql = {
      row: db.prepare(
        "SELECT seq, id, type_no, state, lane, rank, batch_no, brand, request_id, expires_q, attempts, options FROM tasks " +
          "WHERE seq = ?",
      ),
      end: db.prepare(
        "UPDATE tasks SET state = ?, finished_ms = ?, error = coalesce(?, error), pending = NULL, expires_q = NULL " +
          "WHERE seq = ?",
      ),
      children: db.prepare(
        "SELECT t.seq, t.options FROM dependencies d JOIN tasks t ON t.seq = d.child " +
          "WHERE d.parent = ? AND t.state = 0 ORDER BY t.seq",
      ),
      open: db.prepare(OPEN_DEPENDENCIES),
      pending: db.prepare("UPDATE tasks SET pending = ? WHERE seq = ?"),
      unblock: db.prepare("UPDATE tasks SET state = ?, rank = ?, pending = NULL WHERE seq = ?"),
      labels: db.prepare("SELECT brand, request_id, options FROM tasks WHERE seq = ?"),
    };
  }

  /** To be called for every task that has ended, once its row, the books and the scheduler know. */
  ended(end: Ended): void {
    const { webhook, followUp, batch } = end;
    const isFollowed = webhook !== undefined || followUp !== undefined || batch?.onComplete !== undefined;
    if (!isFollowed && this.#state.dependencies === 0) return;
    this.#queue.push(end);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#follow(next);
    } finally {
      this.#queue = [];
      this.#working = false;
    }
  }

  /**
   * Ends a task that waits (ready, delayed or blocked). `tell`: nobody's answer says so. False where it does not wait.
   */
  endWaiting(seq: number, to: EndState, error?: TaskFailure, { tell = true } = {}): boolean {
    const state = this.#state;
    const row = this.#sql.row.get(seq) as Row | undefined;
    if (row === undefined || isEnded(Number(row.state)) || state.leases.has(seq)) return false;
    const from = Number(row.state) as State;
    const type = state.books.typeByNo(Number(row.type_no));
    const batch = state.books.batch(row.batch_no as number | null);
    this.#sql.end.run(to, state.wallMs, error === undefined ? null : JSON.stringify(error), seq);
    state.books.move(type, batch, from, to);
    state.leftWaiting(seq, Number(row.lane), Number(row.rank), from);
    if (row.expires_q !== null) state.expiryChanged();
    const { webhook, followUp } = readOptions(row.options as string | null);
    const status = statusOf(to);
    if (tell) this.#tell(row, status, error);
    this.ended({ seq, taskId: String(row.id), type, batch, status, webhook, followUp, error });
    return true;
  }

  /** A blocked task waits for nothing any more: it may run, or its own time has to come first. */
  unblock(seq: number): void {
    const state = this.#state;
    const row = this.#sql.row.get(seq) as Row;
    const isDue = Number(row.rank) <= state.nowMs;
    const to = isDue ? State.ready : State.delayed;
    const rank = isDue ? state.nowMs : Number(row.rank);
    this.#sql.unblock.run(to, rank, seq);
    const batch = state.books.batch(row.batch_no as number | null);
    state.books.move(state.books.typeByNo(Number(row.type_no)), batch, State.blocked, to);
    if (isDue) state.becameReady(seq, Number(row.lane), rank);
    else state.dueChanged();
    this.#tell(row, statusOf(to));
  }

  /** An ended task is to run again: whoever waits still, for another one, waits for this one too. */
  reopened(seq: number): void {
    if (this.#state.dependencies === 0) return;
    for (const child of this.#sql.children.all(seq) as Row[]) {
      const childSeq = Number(child.seq);
      this.#sql.pending.run(Number(this.#sql.open.get(childSeq)!.n), childSeq);
    }
  }

  #follow(end: Ended): void {
    if (end.webhook !== undefined) this.#announce(end, end.webhook);
    if (end.followUp !== undefined && end.status !== "cancelled") this.#followUp(end, end.followUp);
    if (this.#state.dependencies > 0) this.#followChildren(end);
    const { batch } = end;
    if (batch?.onComplete !== undefined && isOver(batch)) {
      // Once: it is not blocked any more when a task of the batch is retried and ends again.
      const row = this.#sql.row.get(batch.onComplete) as Row | undefined;
      if (row?.state === State.blocked) this.unblock(batch.onComplete);
    }
  }

  #followChildren({ seq, taskId, status }: Ended): void {
    for (const child of this.#sql.children.all(seq) as Row[]) {
      const childSeq = Number(child.seq);
      const { onDependencyFailure = "fail" } = readOptions(child.options as string | null);
      if (status === "completed" || onDependencyFailure === "run") {
        // Counted anew, not down: one that ended before, was retried and ends again is not two.
        const pending = Number(this.#sql.open.get(childSeq)!.n);
        if (pending === 0) this.unblock(childSeq);
        else this.#sql.pending.run(pending, childSeq);
      } else {
        this.endWaiting(childSeq, ...endOfChild(onDependencyFailure, taskId, status));
      }
    }
  }

  #announce(end: Ended, webhook: WebhookTarget): void {
    const { status, type, batch, taskId, error, seq } = end;
    const events = webhook.events ?? ["completed", "failed", "cancelled"];
    if (!(events as string[]).includes(status)) return;
    this.#accept(webhookTask({
      url: webhook.url,
      taskId,
      type: type.name,
      status,
      batchId: batch?.id,
      ...this.#labelsOf(seq),
      error,
      atMs: this.#state.wallMs,
    }));
  }

  #followUp({ taskId, seq }: Ended, type: string): void {
    this.#accept(followUpTask({ type, taskId, ...this.#labelsOf(seq), atMs: this.#state.wallMs }));
  }

  /** What a task hands on to those that follow from its end. */
  #labelsOf(seq: number): Pick<NewTask, "brand" | "requestId" | "traceparent"> {
    const { brand, request_id, options } = this.#sql.labels.get(seq) as Row;
    return {
      brand: brand === null ? undefined : String(brand),
      requestId: request_id === null ? undefined : String(request_id),
      traceparent: readOptions(options as string | null).traceparent,
    };
  }

  /** A task that follows from an end; nobody's answer tells of it. */
  #accept(task: NewTask): void {
    if (this.#inserts.insert(task) === undefined) return; // a random id that is taken: not in this world
    this.#state.changes.push({
      taskId: task.id,
      type: task.type,
      status: "queued",
      attempts: 0,
      brand: task.brand,
      requestId: task.requestId,
    });
  }

  #tell(row: Row, status: TaskStatus, error?: TaskFailure): void {
    const { books } = this.#state;
    const batchId = books.batch(row.batch_no as number | null)?.id;
    this.#state.changes.push({
      taskId: String(row.id),
      type: books.typeByNo(Number(row.type_no)).name,
      status,
      attempts: Number(row.attempts),
      ...(batchId === undefined ? {} : { batchId }),
      ...(row.brand === null ? {} : { brand: String(row.brand) }),
      ...(row.request_id === null ? {} : { requestId: String(row.request_id) }),
      ...(error === undefined ? {} : { error }),
    });
  }
}

/** What becomes of a task that depends on one that failed or was cancelled. */
export function endOfChild(
  choice: Exclude<DependencyFailure, "run">,
  parentId: string,
  parentStatus: TaskStatus,
): [EndState, TaskFailure | undefined] {
  if (choice === "cancel") return [State.cancelled, undefined];
  const how = parentStatus === "cancelled" ? "was cancelled" : "failed";
  return [State.failed, {
    code: "dependency_failed",
    message: `It depends on ${parentId}, which ${how}`,
    retryable: false,
  }];
}
