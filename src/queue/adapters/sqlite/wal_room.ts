/** Pages of WAL at which SQLite moves them into the file, inside a commit: 500 hold it up for a millisecond. */
export const CHECKPOINT_PAGES = 500;
/** What that many pages take in the WAL (a page, its header, and what the last commit runs over). */
const ROOM_BYTES = CHECKPOINT_PAGES * (4096 + 24) + 512 * 1024;
const STEP = new Uint8Array(1024 * 1024);

/**
 * Gives the WAL its full length at once. A commit that makes the file longer has its length and blocks to sync as well
 * as its data, which takes twice as long (210 µs and not 100, measured on ext4); inside the file it has the data alone.
 * SQLite begins the WAL anew at its start after each checkpoint and never cuts it, so this pays once a process.
 *
 * The zeros behind the last frame are never taken for frames: their checksum and salt do not fit. Each step is written
 * in one piece on this thread, between two transactions, and at the end of the file; only its sync is left to another.
 */
export class WalRoom {
  readonly #path: string;
  #making: Promise<void> | undefined;
  #stopped = false;

  /** `databasePath` is the file whose WAL it is. */
  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Once; resolves when it is there. A failure is no one's loss: commits are as slow as before. */
  make(): Promise<void> {
    return this.#making ??= this.#make().catch(() => {});
  }

  /** Resolves when nothing of it goes on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#making;
  }

  async #make(): Promise<void> {
    using file = await Deno.open(this.#path, { write: true, append: true });
    while (!this.#stopped) {
      const { size } = file.statSync();
      if (size >= ROOM_BYTES) return;
      const step = STEP.subarray(0, Math.min(ROOM_BYTES - size, STEP.length));
      if (file.writeSync(step) < step.length) {
        file.truncateSync(size); // a full disk: what is left of it is the tasks'
        return;
      }
      await file.syncData();
    }
  }
}
