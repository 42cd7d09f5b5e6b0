/** Somebody else holds the folder. */
export class FolderBusyError extends Error {
  override readonly name = "FolderBusyError";
}

/** Who holds a folder: the service's process, and the server it started there. */
interface Holder {
  service: number;
  server?: number;
}

const FILE = "tutti.lock";

/**
 * One owner for a folder. Chroma lets two servers open one path, which loses writes, so the service locks it itself:
 * an advisory lock on a file in it, which the system lets go of when the process ends, however it ends.
 * The file also names the server's process, so that the next owner can end one that outlived its service.
 */
export class FolderLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #left: Holder | undefined;

  private constructor(file: Deno.FsFile, left: Holder | undefined) {
    this.#file = file;
    this.#left = left;
  }

  /**
   * Locks `folder`, made if absent.
   * @throws {FolderBusyError} if another process holds it.
   */
  static async acquire(folder: string): Promise<FolderLock> {
    await Deno.mkdir(folder, { recursive: true });
    const file = await Deno.open(`${folder}/${FILE}`, { read: true, write: true, create: true });
    try {
      const text = await Deno.readTextFile(`${folder}/${FILE}`);
      const holder = parse(text);
      if (!await file.tryLock(true)) {
        const who = holder ? ` (process ${holder.service})` : "";
        throw new FolderBusyError(`another Tutti${who} uses the folder ${folder}`);
      }
      return new FolderLock(file, holder);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The server process the last owner named and did not see end. */
  get orphanPid(): number | undefined {
    return this.#left?.server;
  }

  /** Notes that `server` runs in the folder now; undefined once it has ended. */
  note(server: number | undefined): void {
    const holder: Holder = { service: Deno.pid, server };
    this.#file.truncateSync(0);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.writeSync(new TextEncoder().encode(JSON.stringify(holder)));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { service, server } = value as Record<string, unknown>;
    if (!isPid(service)) return undefined;
    return { service, server: isPid(server) ? server : undefined };
  } catch {
    return undefined; // empty at first, torn after a crash: nobody is named
  }
}

function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 1;
}
