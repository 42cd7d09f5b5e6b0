import type { TaskFailure } from "../../../platform/errors.ts";
import type { NewTask, StoredTask } from "../../task.ts";
import { type Board, hasEnded } from "./board.ts";
import { type Row } from "./row.ts";
import type { QueueTime } from "./queue_time.ts";
import { followUpTask } from "./follow_up_task.ts";
import { webhookTask } from "./webhook_task.ts";

type EndState = "completed" | "failed" | "cancelled";

interface End {
  error?: TaskFailure;
  finishedMs?: number;
}

/** How tasks go from state to state, and what follows from one's end for others. */
export class Flow {
  readonly #board: Board;
  readonly #time: QueueTime;
  /** Ends whose consequences are still to be drawn. */
  readonly #ended: { row: Row; error: TaskFailure | undefined }[] = [];

  constructor(board: Board, time: QueueTime) {
    this.#board = board;
    this.#time = time;
  }

  /** Takes a task in; `begin` must come after, once all of its request are in. */
  add(given: NewTask, place: { batchId?: string; onCompleteOf?: string } = {}): Row {
    const { delayMs, ...rest } = structuredClone(given);
    const task: StoredTask = { ...rest, seq: 0, status: "delayed", attempts: 0, crashes: 0 };
    task.batchId = place.batchId;
    const { nowMs, wallMs } = this.#time;
    const row = this.#board.add({
      task,
      rankMs: nowMs,
      pending: new Set(),
      onCompleteOf: place.onCompleteOf,
      deadlineMs: given.expiresInMs === undefined ? undefined : nowMs + given.expiresInMs,
    });
    const isDebounced = given.dedup?.mode === "debounce";
    const waitMs = isDebounced ? given.dedup?.windowMs ?? 0 : delayMs;
    if (isDebounced) task.runAtMs = undefined;
    if (waitMs !== undefined && waitMs > 0) {
      row.dueMs = nowMs + waitMs;
      task.runAtMs = Math.trunc(wallMs + waitMs);
    } else if (task.runAtMs !== undefined && task.runAtMs > wallMs) {
      row.dueMs = nowMs + task.runAtMs - wallMs;
      row.followsWall = true;
    }
    for (const parent of this.#parents(row)) if (!hasEnded(parent)) row.pending.add(parent.task.id);
    return row;
  }

  /** Lets a new task run, wait or, where one it depends on ended badly before, end. */
  begin(row: Row): void {
    if (hasEnded(row)) return; // with another one of its request
    const bad = this.#parents(row).find(({ state }) => state === "failed" || state === "cancelled");
    if (bad !== undefined && row.task.onDependencyFailure !== "run") this.#endWithParent(row, bad);
    else this.#letGoIfFree(row);
  }

  /** Ends a task and does all that follows. Ends that follow from ends are worked off in their order. */
  end(row: Row, to: EndState, { error, finishedMs = this.#time.wallMs }: End = {}): void {
    row.task.finishedMs = Math.trunc(finishedMs);
    if (error !== undefined) row.task.error = error;
    row.token = undefined;
    this.#board.move(row, to);
    this.#ended.push({ row, error });
    if (this.#ended.length > 1) return; // from within the loop below
    for (let next = this.#ended[0]; next !== undefined; next = this.#ended[0]) {
      this.#follow(next.row, next.error);
      this.#ended.shift();
    }
  }

  /** A task that ended badly again, as if it had just come, but for its deadline and its own delay. */
  retry(row: Row): void {
    const { task } = row;
    task.attempts = task.crashes = 0;
    task.runAtMs =
      task.startedMs =
      task.finishedMs =
      task.waitMs =
      task.runMs =
        undefined;
    task.progress =
      task.resultJson =
      task.error =
      task.cancelRequested =
        undefined;
    row.dueMs = row.deadlineMs = undefined;
    row.followsWall = false;
    row.pending = new Set(this.#parents(row).filter((one) => !hasEnded(one)).map((one) => one.task.id));
    const batch = this.#board.batches.get(task.batchId ?? "");
    if (batch !== undefined) batch.finishedMs = undefined;
    // Whoever waits still, for another one, waits for this one again.
    for (const child of this.#board.all("waiting")) {
      if (this.#parents(child).includes(row)) child.pending.add(task.id);
    }
    this.#board.move(row, "waiting");
    this.#letGoIfFree(row);
  }

  /** Back to where it was, or put off. */
  putBack(row: Row, waitMs: number | undefined): void {
    row.token = undefined;
    row.task.progress = undefined;
    if (waitMs === undefined) return this.#board.move(row, "ready");
    row.dueMs = this.#time.nowMs + waitMs;
    row.followsWall = false;
    row.task.runAtMs = Math.trunc(this.#time.wallMs + waitMs);
    this.#board.move(row, "delayed");
  }

  /** What waits for a time of day is due that much sooner. */
  #wallStepped(byMs: number): void {
    for (const row of this.#board.all("delayed", "waiting")) if (row.followsWall) row.dueMs! -= byMs;
  }

  /** What time has done since the last operation. */
  catchUp(): void {
    this.#wallStepped(this.#time.takeStep());
    const { nowMs } = this.#time;
    const late = this.#board.all("ready", "delayed", "waiting")
      .filter(({ deadlineMs }) => deadlineMs !== undefined && deadlineMs <= nowMs)
      .sort((a, b) => a.deadlineMs! - b.deadlineMs!);
    for (const row of late) if (!hasEnded(row)) this.#expire(row);
  }

  /** What is due is ready from the time it fell due. */
  promote(): void {
    const { nowMs } = this.#time;
    for (const row of this.#board.all("delayed")) {
      if (row.dueMs! > nowMs) continue;
      row.rankMs = row.dueMs!;
      this.#board.move(row, "ready");
    }
  }

  /** What an end means for others: its webhook, its follow-up, those that depend on it, its batch. */
  #follow(row: Row, error: TaskFailure | undefined): void {
    this.#accept(row.task, error);
    for (const child of this.#board.all("waiting")) {
      if (!child.pending.delete(row.task.id)) continue;
      const isGood = row.state === "completed" || child.task.onDependencyFailure === "run";
      if (isGood) this.#letGo(child);
      else this.#endWithParent(child, row);
    }
    this.#lookAtBatch(row.task.batchId);
  }

  #expire(row: Row): void {
    const message = `It had not begun within ${row.task.expiresInMs! / 1000} s`;
    const error: TaskFailure = { code: "expired", message, retryable: false };
    this.end(row, "failed", { error });
    this.#board.tell(row, error);
  }

  #endWithParent(child: Row, parent: Row): void {
    const isCancelled = child.task.onDependencyFailure === "cancel";
    const how = parent.state === "failed" ? "failed" : "was cancelled";
    const message = `It depends on ${parent.task.id}, which ${how}`;
    const failure: TaskFailure = { code: "dependency_failed", message, retryable: false };
    const error = isCancelled ? undefined : failure;
    this.end(child, isCancelled ? "cancelled" : "failed", { error });
    this.#board.tell(child, error);
  }

  #lookAtBatch(batchId: string | undefined): void {
    const batch = this.#board.batches.get(batchId ?? "");
    if (batch === undefined || !batch.rows.every(hasEnded)) return;
    batch.finishedMs = this.#time.wallMs;
    const onComplete = this.#board.all("waiting").find((row) => row.onCompleteOf === batch.id);
    if (onComplete !== undefined) this.#letGo(onComplete);
  }

  /** What it waited for is over, or some of it. */
  #letGo(row: Row): void {
    if (this.#letGoIfFree(row)) this.#board.tell(row);
  }

  /** Whether a task waits for no other; then it may run, or its own delay has to pass. */
  #letGoIfFree(row: Row): boolean {
    const members = this.#board.batches.get(row.onCompleteOf ?? "")?.rows ?? [];
    if (row.pending.size > 0 || !members.every(hasEnded)) return false;
    const { nowMs } = this.#time;
    row.rankMs = nowMs;
    this.#board.move(row, row.dueMs === undefined || row.dueMs <= nowMs ? "ready" : "delayed");
    return true;
  }

  #accept(task: StoredTask, error: TaskFailure | undefined): void {
    const { wallMs } = this.#time;
    for (const next of [webhookTask(task, error, wallMs), followUpTask(task, wallMs)]) {
      if (next === undefined) continue;
      const row = this.add(next);
      this.begin(row);
      this.#board.tell(row);
    }
  }

  /** What it depends on and was not forgotten. */
  #parents({ task }: Row): Row[] {
    return (task.dependsOn ?? []).map((id) => this.#board.rows.get(id)).filter((row) => row !== undefined);
  }
}
