import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { WebhookTarget } from "../../task.ts";
import type { BatchBook, TypeBook } from "./books.ts";
import type { Gate } from "./scheduler/structure.ts";

/** A running task as the core remembers it, so that ending it needs no look-up. */
export interface HeldLease {
  seq: number;
  taskId: string;
  token: number;
  type: TypeBook;
  batch: BatchBook | undefined;
  laneNo: number;
  rank: number;
  /** This attempt's number. */
  attempt: number;
  startedMs: number;
  waitMs: number;
  gates: readonly Gate[];
  cancelRequested: boolean;
  /** It runs with nothing beside it (`Suspects`). */
  suspect: boolean;
  webhook: WebhookTarget | undefined;
  followUp: string | undefined;
  slot: number;
}

const SLOTS = 128;

/**
 * What runs, by token and by seq. The file has it in chunks of slots, written with the commit that changed them: a claim
 * of sixteen tasks is one row, and after a kill the tasks that were in hand are known.
 */
export class Leases {
  readonly #byToken = new Map<number, HeldLease>();
  readonly #bySeq = new Map<number, HeldLease>();
  readonly #slots: (HeldLease | undefined)[] = [];
  readonly #free: number[] = [];
  /** Ended by the transaction in hand: a rollback brings them back. */
  #ended: HeldLease[] = [];
  readonly #dirty = new Set<number>();
  /** Chunks of the file that slots given anew have left behind; of no weight until something is written anyway. */
  readonly #stale = new Set<number>();
  readonly #sql: Record<"put" | "drop" | "all", StatementSync>;

  constructor(db: DatabaseSync) {
    this.#sql = {
      put: db.prepare("INSERT OR REPLACE INTO in_hand (chunk, leases) VALUES (?, ?)"),
      drop: db.prepare("DELETE FROM in_hand WHERE chunk = ?"),
      all: db.prepare("SELECT chunk, leases FROM in_hand ORDER BY chunk"),
    };
  }

  get size(): number {
    return this.#byToken.size;
  }

  values(): Iterable<HeldLease> {
    return this.#byToken.values();
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
  }

  ofSeq(seq: number): HeldLease | undefined {
    return this.#bySeq.get(seq);
  }

  /** The lease, if it is still held under this very token. */
  held(taskId: string, token: number): HeldLease | undefined {
    const lease = this.#byToken.get(token);
    return lease?.taskId === taskId ? lease : undefined;
  }

  add(lease: HeldLease): void {
    lease.slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[lease.slot] = lease;
    this.#byToken.set(lease.token, lease);
    this.#bySeq.set(lease.seq, lease);
    this.#dirty.add(Math.floor(lease.slot / SLOTS));
  }

  delete(lease: HeldLease): void {
    this.#ended.push(lease);
    this.#byToken.delete(lease.token);
    this.#bySeq.delete(lease.seq);
    this.#slots[lease.slot] = undefined;
    this.#free.push(lease.slot);
    this.#dirty.add(Math.floor(lease.slot / SLOTS));
  }

  clear(): void {
    for (let chunk = 0; chunk * SLOTS < this.#slots.length; chunk++) this.#dirty.add(chunk);
    this.#byToken.clear();
    this.#bySeq.clear();
    this.#slots.length = 0;
    this.#free.length = 0;
  }

  /** Whether something is to be written. */
  get changed(): boolean {
    return this.#dirty.size > 0;
  }

  persist(): void {
    for (const chunk of this.#dirty.union(this.#stale)) {
      const held = this.#slots.slice(chunk * SLOTS, (chunk + 1) * SLOTS).filter((lease) =>
        lease !== undefined
      );
      if (held.length === 0) this.#sql.drop.run(chunk);
      else this.#sql.put.run(chunk, JSON.stringify(held.map(({ seq, token }) => [seq, token])));
    }
    this.#dirty.clear();
    this.#stale.clear();
  }

  /** What is ended is ended. */
  committed(): void {
    if (this.#ended.length > 0) this.#ended = [];
  }

  /** All that were held at the begin of the transaction, and those it added. */
  known(): HeldLease[] {
    return [...this.#ended, ...this.#byToken.values()];
  }

  /** Takes what the file has for what memory has: it was loaded from there. */
  loaded(): void {
    this.#dirty.clear();
  }

  /** Empties memory and tells what the file has. */
  reload(): [seq: number, token: number][] {
    this.clear();
    const rows = this.#sql.all.all();
    this.#stale.clear();
    for (const { chunk } of rows) this.#stale.add(Number(chunk));
    return rows.flatMap(({ leases }) => JSON.parse(String(leases)) as [number, number][]);
  }
}
