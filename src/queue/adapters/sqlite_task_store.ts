import type { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../platform/errors.ts";
import type { StoreSnapshot, TaskStore } from "../port.ts";
import { type OpName, SqliteCore } from "./sqlite/core.ts";
import { GroupCommit } from "./sqlite/group_commit.ts";
import { openError } from "./sqlite/errors.ts";
import { openDatabase } from "./sqlite/open_database.ts";
import { verifyBooks } from "./sqlite/verify_books.ts";
import { WalRoom } from "./sqlite/wal_room.ts";

/** Pause between two writes of its own while writes fail. */
const TRY_WRITE_MS = 5000;
/** Commits after which a process is taken to be here to work, and not for a look. */
const BUSY_COMMITS = 16;

export interface SqliteTaskStoreOptions {
  /** File of the queue; its folder must exist. */
  path: string;
  /** Waiting time in milliseconds that is worth one step of priority; 0 switches aging off. @default 60000 */
  agingMs?: number;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
  /** Sees the database once it is open, for settings of one's own (`PRAGMA`s). @default nothing */
  tune?: (db: DatabaseSync) => void;
}

type Answer<K extends OpName> = Awaited<ReturnType<TaskStore[K]>>;

/**
 * The embedded durable queue: one SQLite file, this process only. Calls of one event-loop tick share a transaction and
 * its fsync. The asynchronous shell; what the calls do is `SqliteCore`'s.
 *
 * Opening throws `ServiceError("unavailable")` where another process has the file or a newer release wrote it.
 */
export class SqliteTaskStore implements TaskStore {
  readonly capabilities = { durable: true, aging: true, shared: false } as const;
  readonly #db: DatabaseSync;
  readonly #core: SqliteCore;
  readonly #group: GroupCommit;
  readonly #walRoom: WalRoom;
  readonly #clock: () => number;
  #triedMs: number | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteTaskStoreOptions) {
    const { path, agingMs = 60_000, clock = Date.now } = options;
    this.#db = openDatabase(path);
    try {
      options.tune?.(this.#db);
      this.#core = new SqliteCore(this.#db, { agingMs, clock });
    } catch (error) {
      this.#db.close();
      throw openError(error, path);
    }
    const counted = this.#db.prepare("SELECT total_changes() AS n");
    this.#clock = clock;
    this.#walRoom = new WalRoom(path);
    this.#group = new GroupCommit(this.#core, {
      changes: () => Number(counted.get()!.n),
      onCommitted: () => {
        if (this.#core.commits === BUSY_COMMITS) void this.#walRoom.make();
      },
    });
  }

  readonly enqueue = this.#op("enqueue");
  readonly claim = this.#op("claim");
  readonly complete = this.#op("complete");
  readonly fail = this.#op("fail");
  readonly release = this.#op("release");
  readonly progress = this.#op("progress");
  readonly cancel = this.#op("cancel");
  readonly endCancelled = this.#op("endCancelled");
  readonly retry = this.#op("retry");
  readonly get = this.#op("get");
  readonly list = this.#op("list");
  readonly batchResults = this.#op("batchResults");
  readonly getBatch = this.#op("getBatch");
  readonly cancelBatch = this.#op("cancelBatch");
  readonly setPaused = this.#op("setPaused");
  readonly oldestQueuedMs = this.#op("oldestQueuedMs");

  snapshot(): StoreSnapshot {
    return this.#core.state.books.snapshot(this.#core.recovered);
  }

  /** Why writes fail now. While nobody writes it tries for itself now and then, so that an idle queue recovers too. */
  writeFault(): string | undefined {
    if (this.#group.writeFault === undefined || this.#closing !== undefined) {
      this.#triedMs = undefined;
      return this.#group.writeFault;
    }
    const nowMs = this.#clock();
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

  nextDueMs(): number | undefined {
    return this.#core.state.nextDueMs();
  }

  /** Transactions committed since it was opened: what group commit saves shows here. */
  get commits(): number {
    return this.#core.commits;
  }

  /** Recounts every row and compares with the counters; empty when the books balance. Slow: for tests and repair. */
  verifyBooks(): string[] {
    return verifyBooks(this.#db);
  }

  /** Finishes the calls in hand and closes the file; calls after it are refused. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#group.idle();
    await this.#walRoom.stop();
    this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #op<K extends OpName>(name: K): (...args: Parameters<TaskStore[K]>) => Promise<Answer<K>> {
    return (...args) =>
      this.#closing === undefined
        ? this.#group.submit({ name, args }) as Promise<Answer<K>>
        : Promise.reject(new ServiceError("unavailable", `Cannot ${name} as the queue is closed`));
  }
}
