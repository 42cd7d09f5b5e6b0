import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Another layout is another number: a file of another is made anew. */
const VERSION = 1;
const DAY_MS = 86_400_000;
/** Rows let go of at once: what a write may cost beside itself. */
const EVICT_ROWS = 200;
/** Filled to the brim it is emptied to this share. */
const LOW_WATER = 0.9;

const SCHEMA = `
CREATE TABLE vectors (no INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used_day INTEGER NOT NULL, vector BLOB NOT NULL) STRICT;
CREATE INDEX vectors_used ON vectors (used_day, no);
PRAGMA user_version = ${VERSION};
`;

/**
 * Vectors by a key of 32 bytes, in a SQLite file that may be deleted at any time, and is made anew where it cannot be read.
 * Past `maxBytes` those go that have not been used for longest (counted in days). Several threads may have it open.
 */
export class VectorFile implements Disposable {
  readonly #db: DatabaseSync;
  readonly #maxBytes: number;
  readonly #get: StatementSync;
  readonly #use: StatementSync;
  readonly #put: StatementSync;
  readonly #evict: StatementSync;

  /** @throws where the folder cannot be written to */
  constructor(path: string, options: { maxBytes: number }) {
    this.#maxBytes = options.maxBytes;
    mkdirSync(dirname(path), { recursive: true });
    this.#db = openAnew(path);
    this.#get = this.#db.prepare("SELECT no, used_day, vector FROM vectors WHERE key = ?");
    this.#use = this.#db.prepare("UPDATE vectors SET used_day = ? WHERE no = ?");
    this.#put = this.#db.prepare(
      "INSERT INTO vectors (key, used_day, vector) VALUES (?, ?, ?) " +
        "ON CONFLICT (key) DO UPDATE SET used_day = excluded.used_day, vector = excluded.vector",
    );
    this.#evict = this.#db.prepare(
      "DELETE FROM vectors WHERE no IN (SELECT no FROM vectors ORDER BY used_day, no LIMIT ?)",
    );
  }

  /** What is kept of each key, in their order. */
  get(keys: readonly Uint8Array[]): (Float32Array | undefined)[] {
    const today = dayOf(Date.now());
    const used: number[] = [];
    const vectors = keys.map((key) => {
      const row = this.#get.get(key) as { no: number; used_day: number; vector: Uint8Array } | undefined;
      if (row === undefined || row.vector.length === 0 || row.vector.length % 4 !== 0) return undefined;
      if (row.used_day !== today) used.push(row.no);
      return new Float32Array(row.vector.slice().buffer); // a copy: aligned
    });
    if (used.length > 0) this.#transaction(() => used.forEach((no) => this.#use.run(today, no)));
    return vectors;
  }

  put(entries: readonly { key: Uint8Array; vector: Float32Array }[]): void {
    const today = dayOf(Date.now());
    this.#transaction(() => {
      for (const { key, vector } of entries) {
        this.#put.run(key, today, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
      }
    });
    this.#makeRoom();
  }

  /** Bytes of the pages that hold something. The file itself does not shrink. */
  sizeBytes(): number {
    const pragma = (name: string) => Number(Object.values(this.#db.prepare(`PRAGMA ${name}`).get()!)[0]);
    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  }

  #makeRoom(): void {
    if (this.sizeBytes() <= this.#maxBytes) return;
    const target = this.#maxBytes * LOW_WATER;
    // Bounded, as a write waits for it; the next one goes on.
    for (let slice = 0; slice < 5 && this.sizeBytes() > target; slice++) {
      if (Number(this.#evict.run(EVICT_ROWS).changes) === 0) return;
    }
  }

  #transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The file, or an empty one in the place of what is none. */
function openAnew(path: string): DatabaseSync {
  try {
    return open(path);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
    return open(path);
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    const version = Number(db.prepare("PRAGMA user_version").get()!.user_version);
    if (version === VERSION) return db;
    if (version !== 0) throw new OtherLayoutError(`version ${version}`);
    db.exec(`BEGIN IMMEDIATE`); // another thread may be making it
    if (Number(db.prepare("PRAGMA user_version").get()!.user_version) !== VERSION) db.exec(SCHEMA);
    db.exec("COMMIT");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

class OtherLayoutError extends Error {}

/** CORRUPT, NOTADB; and in SQLite's words, as `DatabaseSync.exec` (Deno 2.9) throws without `errcode`. */
const UNREADABLE_CODES = [11, 26];
const UNREADABLE_WORDS = ["disk image is malformed", "file is not a database"];

/** Whether SQLite says that the file is damaged or no database: only a new one helps. */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof OtherLayoutError) return true;
  const { errcode, code, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof errcode === "number") return UNREADABLE_CODES.includes(errcode & 0xff);
  return code === "ERR_SQLITE_ERROR" && UNREADABLE_WORDS.some((words) => String(message).includes(words));
}
