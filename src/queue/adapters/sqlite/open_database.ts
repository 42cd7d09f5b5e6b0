import { DatabaseSync } from "node:sqlite";
import { openError } from "./errors.ts";
import { migrate } from "./schema.ts";
import { CHECKPOINT_PAGES } from "./wal_room.ts";

/**
 * Opens the queue's file for this process alone. `locking_mode = EXCLUSIVE` before the first read: two services on one
 * file would each hand out the other's tasks, and without it WAL needs a shared-memory file as well.
 */
export function openDatabase(path: string): DatabaseSync {
  const db = open(path);
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL"); // an acknowledged task survives power loss
    db.exec("PRAGMA temp_store = MEMORY");
    db.exec("PRAGMA cache_size = -16384"); // KiB: the inner pages of every index stay in memory
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.exec("PRAGMA journal_size_limit = 67108864");
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw openError(error, path);
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw openError(error, path);
  }
}
