import type { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../../platform/errors.ts";
import { VERSION_1 } from "./migrations/version_1.ts";
import { VERSION_2 } from "./migrations/version_2.ts";

/** Numbered migrations: entry n takes a file from version n to n + 1. Entries are never edited once released. */
const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2];

/** The version of file this code writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings a file up to `SCHEMA_VERSION`, one transaction for all steps. A newer file is refused untouched. */
export function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new ServiceError(
      "unavailable",
      `Cannot open the queue file as its version must be at most ${SCHEMA_VERSION}: ${path} has version ${version}, ` +
        "written by a newer release; start that release or choose another DATA_DIR",
    );
  }
  if (version === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
