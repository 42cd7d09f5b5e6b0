import { ServiceError } from "../../platform/errors.ts";

const FULL = 13;
/** BUSY, NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB: the file or the machine is at fault, not the statement. */
const STORAGE_FAULTS: ReadonlySet<number> = new Set([5, 7, 8, 10, 11, 14, 26]);

/** `DatabaseSync.exec` (Deno 2.9) throws without `errcode`; SQLite's own words stand in for it. */
const BY_MESSAGE: readonly [string, number][] = [
  ["database is locked", 5],
  ["out of memory", 7],
  ["readonly database", 8],
  ["disk I/O error", 10],
  ["disk image is malformed", 11],
  ["database or disk is full", FULL],
  ["unable to open database", 14],
  ["file is not a database", 26],
];

function primaryCode(error: unknown): number | undefined {
  const { errcode, code, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof errcode === "number") return errcode & 0xff;
  if (code !== "ERR_SQLITE_ERROR") return undefined;
  return BY_MESSAGE.find(([words]) => String(message).includes(words))?.[1];
}

/** What the caller is told where the index's file or its disk failed; undefined for any other error. */
export function indexStorageError(error: unknown): ServiceError | undefined {
  const code = primaryCode(error);
  if (code === FULL) {
    return new ServiceError(
      "storage_full",
      "The index's disk is full: nothing of this was stored; make room on the disk of DATA_DIR",
      { cause: error, retryAfterS: 30 },
    );
  }
  if (code !== undefined && STORAGE_FAULTS.has(code)) {
    return new ServiceError(
      "unavailable",
      "The index's file cannot be used: nothing of this was stored; look at the disk and the rights of DATA_DIR",
      { cause: error, retryAfterS: 5 },
    );
  }
  return undefined;
}

/** What is wrong with a file that cannot be opened, and what helps. */
const OPEN_FAULTS: readonly [codes: readonly number[], text: string][] = [
  [[5, 6], "it is in use by another process: stop that one"],
  [[FULL], "its disk is full: free some room there"],
  [[8, 14], "this user cannot open or write it: give this user the file and its folder"],
  [
    [11, 26],
    "it is damaged or no SQLite database: move it away, and scrape or hand in again what is to be found",
  ],
  [[10], "reading or writing it failed: look at its disk"],
];

/** What the operator is told where the file cannot be used at the start; any other error as it is. */
export function indexOpenError(error: unknown, path: string): unknown {
  const code = error instanceof ServiceError ? undefined : primaryCode(error);
  const fault = OPEN_FAULTS.find(([codes]) => code !== undefined && codes.includes(code))?.[1];
  if (fault === undefined) return error;
  return new ServiceError(
    "unavailable",
    `Cannot open the index file ${path} as ${fault}, or choose another DATA_DIR`,
    { cause: error },
  );
}
