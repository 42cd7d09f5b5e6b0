import { DatabaseSync } from "node:sqlite";

/** The file changed while it was copied: somebody writes to it. */
export class FileInUseError extends Error {
  override readonly name = "FileInUseError";
}

/** Copying more than this for a look takes minutes and a disk. */
const MAX_BYTES = 8 * 1024 ** 3;

/**
 * Opens a copy of a SQLite file and its log in a temporary folder. Opening the file itself, even to read, would make
 * files beside it (and as another user's, where the doctor is run by one); a service that starts meanwhile would find
 * it locked. Undefined where there is no such file.
 *
 * @throws {FileInUseError} it was written to meanwhile
 */
export async function openCopy(path: string): Promise<(Disposable & { db: DatabaseSync }) | undefined> {
  const before = await traces(path);
  if (before === undefined) return undefined;
  const sizeBytes = await sizeOf(path) + await sizeOf(`${path}-wal`);
  if (sizeBytes > MAX_BYTES) {
    throw new Error(`Cannot copy ${path} as it must be at most ${MAX_BYTES} bytes: it has ${sizeBytes}`);
  }
  const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-" });
  const remove = () => Deno.removeSync(folder, { recursive: true });
  try {
    const copy = `${folder}/copy.db`;
    await Deno.copyFile(path, copy);
    await Deno.copyFile(`${path}-wal`, `${copy}-wal`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    if (await traces(path) !== before) throw new FileInUseError(`${path} is being written to`);
    const db = new DatabaseSync(copy);
    return {
      db,
      [Symbol.dispose]: () => {
        db.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The file's pages are whole and in order. Empty where they are, else SQLite's words. */
export function damage(db: DatabaseSync): string[] {
  const rows = db.prepare("PRAGMA quick_check(5)").all() as { quick_check: string }[];
  return rows.map((row) => row.quick_check).filter((text) => text !== "ok");
}

export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()!.user_version);
}

/** Changes whenever the file or its log does; undefined where there is no file. */
async function traces(path: string): Promise<string | undefined> {
  const own = await traceOf(path);
  return own === undefined ? undefined : `${own} ${await traceOf(`${path}-wal`)}`;
}

async function traceOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtime, ino } = await Deno.stat(path);
    return `${ino} ${size} ${mtime?.getTime()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}
