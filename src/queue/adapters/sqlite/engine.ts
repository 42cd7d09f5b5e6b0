import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../platform/clock.ts";
import type { StoreSnapshot, TaskChange } from "../../port.ts";
import { SqliteCore } from "./core.ts";
import { openError } from "./errors.ts";
import { type Call, GroupCommit } from "./group_commit.ts";
import { openDatabase } from "./open_database.ts";
import { verifyBooks } from "./verify_books.ts";
import { WalRoom } from "./wal_room.ts";

/** Pause between two writes of its own while writes fail. */
const TRY_WRITE_MS = 5000;
/** Pause between two tries to write what time has brought about, while writes fail. */
const TRY_DUE_MS = 500;
/** Commits after which a process is taken to be here to work, and not for a look. */
const BUSY_COMMITS = 16;
/** The timer is set anew at least this often. */
const MAX_TIMER_MS = 60_000;

export interface EngineOptions {
  path: string;
  agingMs: number;
  clock: Clock;
  tune?: (db: DatabaseSync) => void;
  /** After each commit: what it changed besides the answers of its calls. */
  onCommitted: (changes: TaskChange[]) => void;
}

/** The open file with its time and its timer: what a shell, in this thread or in another, drives. */
export class Engine {
  readonly core: SqliteCore;
  readonly #db: DatabaseSync;
  readonly #group: GroupCommit;
  readonly #walRoom: WalRoom;
  readonly #clock: Clock;
  #triedMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerMs = Infinity;
  #closed = false;

  /** @throws {ServiceError} `unavailable` where another process has the file or a newer release wrote it */
  constructor({ path, agingMs, clock, tune, onCommitted }: EngineOptions) {
    this.#db = openDatabase(path);
    try {
      tune?.(this.#db);
      this.core = new SqliteCore(this.#db, { agingMs, clock });
    } catch (error) {
      this.#db.close();
      throw openError(error, path);
    }
    const counted = this.#db.prepare("SELECT total_changes() AS n");
    this.#clock = clock;
    this.#walRoom = new WalRoom(path);
    this.#group = new GroupCommit(this.core, {
      changes: () => Number(counted.get()!.n),
      onCommitted: (changes) => {
        if (this.core.commits === BUSY_COMMITS) void this.#walRoom.make();
        onCommitted(changes);
      },
    });
    this.#arm();
  }

  run(calls: Call[]): void {
    this.#group.run(calls);
    this.#arm();
  }

  snapshot(): StoreSnapshot {
    return this.core.snapshot();
  }

  get hasFault(): boolean {
    return this.#group.writeFault !== undefined;
  }

  /** Why writes fail now. While nobody writes it tries for itself now and then, so that an idle queue recovers too. */
  writeFault(): string | undefined {
    if (this.#group.writeFault === undefined || this.#closed) {
      this.#triedMs = undefined;
      return this.#group.writeFault;
    }
    const nowMs = this.#clock.monoMs();
    this.#triedMs ??= nowMs;
    if (nowMs - this.#triedMs >= TRY_WRITE_MS && !this.#db.isTransaction) {
      this.#triedMs = nowMs;
      try {
        this.#db.exec("PRAGMA application_id = 0"); // the smallest write there is: one page, always
        this.#group.writeFault = undefined;
      } catch {
        // as before
      }
    }
    return this.#group.writeFault;
  }

  verifyBooks(): string[] {
    return verifyBooks(this.#db);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#group.endClaim();
    await this.#walRoom.stop();
    this.#db.close();
  }

  /** Sets the timer to when time alone changes something. */
  #arm(): void {
    if (this.#closed) return;
    let waitMs: number | undefined;
    try {
      waitMs = this.core.nextWakeMs({ claiming: this.#group.claiming });
    } catch {
      waitMs = MAX_TIMER_MS; // the file cannot be read now: whoever asks is told
    }
    // What is due and cannot be written stays due: it is not tried a thousand times a second.
    if (waitMs !== undefined) {
      waitMs = Math.min(Math.max(waitMs, this.hasFault ? TRY_DUE_MS : 1), MAX_TIMER_MS);
    }
    const atMs = waitMs === undefined ? Infinity : performance.now() + waitMs;
    if (this.#timer !== undefined && Math.abs(atMs - this.#timerMs) < 1) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerMs = atMs;
    if (waitMs === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.run([]);
    }, waitMs);
  }
}
