import { ServiceError } from "../../../platform/errors.ts";
import { SQLITE_FULL, SQLITE_STORAGE_FAULTS, sqliteCode } from "../../../platform/sqlite_fault.ts";

/** What the caller is told where the file or the disk failed; undefined for any other error. */
export function storageError(error: unknown): ServiceError | undefined {
  const code = sqliteCode(error);
  if (code === SQLITE_FULL) {
    return new ServiceError(
      "storage_full",
      "The queue's disk is full: nothing of this request was stored; make room on the disk of DATA_DIR",
      { cause: error, retryAfterS: 30 },
    );
  }
  if (code !== undefined && SQLITE_STORAGE_FAULTS.has(code)) {
    return new ServiceError(
      "unavailable",
      "The queue's file cannot be written: nothing of this request was stored; look at the disk and the rights of DATA_DIR",
      {
        cause: error,
        retryAfterS: 5,
      },
    );
  }
  return undefined;
}

/** What is wrong with a file that cannot be opened, and what helps. */
const OPEN_FAULTS: readonly [codes: readonly number[], text: string][] = [
  [[5, 6], "it is in use by another process: stop that one"],
  [[SQLITE_FULL], "its disk is full: free some room there"],
  [[8, 14], "this user cannot open or write it: give this user the file and its folder"],
  [
    [11, 26],
    "it is damaged or no SQLite database: restore a backup, or move it away to begin with an empty queue",
  ],
  [[10], "reading or writing it failed: look at its disk"],
];

/** What the operator is told where the file cannot be used at the start; any other error as it is. */
export function openError(error: unknown, path: string): unknown {
  const code = error instanceof ServiceError ? undefined : sqliteCode(error);
  const fault = OPEN_FAULTS.find(([codes]) => code !== undefined && codes.includes(code))?.[1];
  if (fault === undefined) return error;
  return new ServiceError(
    "unavailable",
    `Cannot open the queue file ${path} as ${fault}, or choose another DATA_DIR`,
    { cause: error },
  );
}
