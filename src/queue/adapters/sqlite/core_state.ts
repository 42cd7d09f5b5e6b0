import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../../../platform/clock.ts";
import type { TaskChange } from "../../port.ts";
import { Books } from "./books.ts";
import { type HeldLease, Leases } from "./leases.ts";
import { Lanes } from "./lanes.ts";
import { Limits } from "./limits.ts";
import { readOptions, type RowOptions } from "./options.ts";
import { QueueTime } from "./queue_time.ts";
import { prepareArrays } from "./rows.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { State, SUSPECT_AFTER } from "./states.ts";

/**
 * What every operation of the core works on: the file, its books, the leases in hand, the scheduler and the time. All of
 * memory can be built again from the file: `reload`.
 */
export class CoreState {
  readonly books: Books;
  readonly leases: Leases;
  readonly lanes: Lanes;
  readonly limits: Limits;
  readonly time: QueueTime;
  scheduler!: Scheduler;
  /** What this transaction changed that no caller's answer tells. */
  changes: TaskChange[] = [];
  /** Queue time and wall clock of the transaction. */
  nowMs = 0;
  wallMs = 0;
  /** No queued task has a lower `seq`. Where it is found from when very many wait. */
  oldestQueuedSeq = 1;
  /** Writes accepted tasks that have gathered; before anything reads the table. */
  beforeReads: () => void = () => {};
  /** Rows of `dependencies`: while there are none, no end looks for children. */
  dependencies = 0;
  #nextDueMs: number | undefined;
  #nextExpiryMs: number | undefined;
  #dueKnown = false;
  #expiryKnown = false;
  readonly #sql: Record<"due" | "expiry" | "load" | "nextLane" | "running" | "dependencies", StatementSync>;

  constructor(readonly db: DatabaseSync, readonly options: { agingMs: number; clock: Clock }) {
    this.books = new Books(db);
    this.leases = new Leases(db);
    this.lanes = new Lanes(db, this.books);
    this.limits = new Limits(db);
    this.#sql = {
      due: db.prepare(
        "SELECT rank FROM tasks INDEXED BY tasks_delayed WHERE state = 2 ORDER BY rank LIMIT 1",
      ),
      expiry: db.prepare(
        "SELECT seq, expires_q FROM tasks INDEXED BY tasks_expires WHERE expires_q IS NOT NULL AND state < 3 ORDER BY expires_q",
      ),
      load: prepareArrays(
        db,
        "SELECT rank, seq FROM tasks INDEXED BY tasks_ready WHERE lane = ? AND state = 1 AND (rank, seq) > (?, ?) " +
          "ORDER BY rank, seq LIMIT ?",
      ),
      nextLane: db.prepare(
        "SELECT lane FROM tasks INDEXED BY tasks_ready WHERE state = 1 AND lane > ? ORDER BY lane LIMIT 1",
      ),
      running: db.prepare(
        "SELECT seq, id, type_no, batch_no, lane, rank, attempts, stalls, cancel_requested, options " +
          "FROM tasks WHERE seq = ?",
      ),
      dependencies: db.prepare("SELECT count(*) AS n FROM (SELECT 1 FROM dependencies LIMIT 1)"),
    };
    const last = this.books.load();
    this.time = new QueueTime(options.clock, last.queueMs === 0 ? undefined : last);
    this.tick();
    this.reload();
  }

  /** Looks at the clocks. */
  tick(): void {
    this.nowMs = this.time.now();
    this.wallMs = this.time.wall();
    if (this.scheduler !== undefined) this.scheduler.nowMs = this.nowMs;
  }

  /** Memory anew from the file, at the start and after a rollback: of the transaction, or (`partly`) of its last part. */
  reload({ partly = false } = {}): void {
    const before = new Map(this.leases.known().map((lease) => [lease.token, lease]));
    this.books.load();
    this.lanes.forget();
    this.changes = [];
    this.#dueKnown = this.#expiryKnown = false;
    this.oldestQueuedSeq = 1;
    this.dependencies = Number(this.#sql.dependencies.get()!.n);
    const scheduler: Scheduler | undefined = this.scheduler;
    this.scheduler = new Scheduler({
      agingMs: this.options.agingMs,
      load: (laneNo, after, limit) => this.#loadReady(laneNo, after, limit),
      batchConcurrency: this.#batchConcurrency,
    });
    this.scheduler.nowMs = this.nowMs;
    this.limits.reload(this.scheduler);
    for (const [seq, token] of this.leases.reload()) this.#hold(seq, token, before.get(token));
    this.leases.loaded();
    for (let lane = -1;;) {
      const row = this.#sql.nextLane.get(lane);
      if (row === undefined) break;
      lane = Number(row.lane);
      this.scheduler.open(lane, this.lanes.rule(lane), { more: true });
    }
    if (scheduler !== undefined) this.scheduler.recall(scheduler, { rewind: !partly });
  }

  /** Writes what memory is ahead of the file with; before each commit and savepoint. */
  persist(): void {
    this.beforeReads();
    if (this.leases.changed) {
      this.books.touch();
      this.leases.persist();
    }
    this.limits.persist(this.nowMs);
    this.books.persist(this.nowMs, this.wallMs);
  }

  /** What the transaction did cannot be undone any more. */
  committed(): void {
    this.leases.committed();
    this.scheduler.committed();
    this.time.committed();
  }

  /** A task that is `ready` in the file now may be picked. */
  becameReady(seq: number, laneNo: number, rank: number): void {
    this.scheduler.add(laneNo, rank, seq, () => this.lanes.rule(laneNo));
    if (seq < this.oldestQueuedSeq) this.oldestQueuedSeq = seq;
  }

  /** A ready or delayed task that nobody picked is neither any more. */
  leftWaiting(seq: number, laneNo: number, rank: number, state: State): void {
    if (state === State.ready) this.scheduler.drop(laneNo, rank, seq);
    else if (state === State.delayed) this.dueChanged();
  }

  /** To be called when the set of delayed tasks, or of deadlines, has changed. */
  dueChanged(): void {
    this.#dueKnown = false;
  }

  expiryChanged(): void {
    this.#expiryKnown = false;
  }

  nextDueMs(): number | undefined {
    if (!this.#dueKnown) {
      const row = this.#sql.due.get();
      this.#nextDueMs = row === undefined ? undefined : Number(row.rank);
      this.#dueKnown = true;
    }
    return this.#nextDueMs;
  }

  /** Of tasks that have not begun; those in hand have met their deadline. */
  nextExpiryMs(): number | undefined {
    if (!this.#expiryKnown) {
      this.#nextExpiryMs = undefined;
      for (const row of this.#sql.expiry.iterate()) {
        if (this.leases.has(Number(row.seq))) continue;
        this.#nextExpiryMs = Number(row.expires_q);
        break;
      }
      this.#expiryKnown = true;
    }
    return this.#nextExpiryMs;
  }

  readonly #batchConcurrency = (no: number) => this.books.batch(no)?.maxConcurrent ?? Infinity;

  #loadReady(laneNo: number, after: { rank: number; seq: number }, limit: number): [number, number][] {
    // A line may run out in the middle of a transaction: what joined it there must be in the file by now.
    this.beforeReads();
    let place = [Math.max(after.rank, Number.MIN_SAFE_INTEGER), after.seq] as [number, number];
    for (;;) {
      const rows = this.#sql.load.all(laneNo, ...place, limit) as unknown as [number, number][];
      const free = rows.filter(([, seq]) => !this.leases.has(seq));
      if (free.length > 0 || rows.length < limit) return free;
      place = rows.at(-1)!; // all of them are in hand
    }
  }

  /** A lease of the file into memory again. */
  #hold(seq: number, token: number, known: HeldLease | undefined): void {
    const row = this.#sql.running.get(seq);
    if (row === undefined) return;
    const type = this.books.typeByNo(Number(row.type_no));
    const batch = this.books.batch(row.batch_no as number | null);
    const laneNo = Number(row.lane);
    const gates = this.scheduler.gates.of(this.lanes.rule(laneNo), this.#batchConcurrency);
    const options: RowOptions = readOptions(row.options as string | null);
    this.leases.add({
      seq,
      taskId: String(row.id),
      token,
      type,
      batch,
      laneNo,
      rank: Number(row.rank),
      attempt: Number(row.attempts) + 1,
      startedMs: known?.startedMs ?? this.wallMs,
      waitMs: known?.waitMs ?? 0,
      gates,
      cancelRequested: row.cancel_requested === 1,
      suspect: Number(row.stalls) >= SUSPECT_AFTER,
      webhook: options.webhook,
      followUp: options.followUp,
      slot: 0,
    });
    for (const gate of gates) gate.running++;
    this.books.begins(type, batch, true);
  }
}
