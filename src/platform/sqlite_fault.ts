/** What SQLite says is wrong with a file or its disk, by its primary result code. */

/** The disk is full. */
export const SQLITE_FULL = 13;
/** BUSY, NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB: the file or the machine is at fault, not the statement. */
export const SQLITE_STORAGE_FAULTS: ReadonlySet<number> = new Set([5, 7, 8, 10, 11, 14, 26]);

/** `DatabaseSync.exec` (Deno 2.9) throws without `errcode`; SQLite's own words stand in for it. */
const BY_MESSAGE: readonly [string, number][] = [
  ["database is locked", 5],
  ["out of memory", 7],
  ["readonly database", 8],
  ["disk I/O error", 10],
  ["disk image is malformed", 11],
  ["database or disk is full", SQLITE_FULL],
  ["unable to open database", 14],
  ["file is not a database", 26],
];

/** Undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode, code, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof errcode === "number") return errcode & 0xff;
  if (code !== "ERR_SQLITE_ERROR") return undefined;
  return BY_MESSAGE.find(([words]) => String(message).includes(words))?.[1];
}
