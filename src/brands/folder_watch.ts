export interface FolderWatchOptions {
  /** How often the folder is looked at although nothing was heard of it. @default 2000 */
  pollMs?: number;
  /** How long it must be quiet after a change before it is looked at. @default 100 */
  quietMs?: number;
}

/** Longest that changes which do not end put the look off. */
const MAX_QUIET_WAITS = 20;

/**
 * Calls `look` soon after something in a folder has changed, and every `pollMs`: there are file systems that tell
 * nothing, folders that are not there yet, and folders that are put in the place of another. One look at a time.
 */
export class FolderWatch implements AsyncDisposable {
  readonly #folder: string;
  readonly #look: () => Promise<void>;
  readonly #pollMs: number;
  readonly #quietMs: number;
  #watcher: Deno.FsWatcher | undefined;
  #watched = "";
  #listening: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #waits = 0;
  #ended = false;

  constructor(folder: string, look: () => Promise<void>, options: FolderWatchOptions = {}) {
    const { pollMs = 2000, quietMs = 100 } = options;
    this.#folder = folder;
    this.#look = look;
    this.#pollMs = pollMs;
    this.#quietMs = quietMs;
  }

  /** The first look; resolves when it is done. */
  async start(): Promise<void> {
    await this.#run();
  }

  /** Looks once more, soon. */
  soon(): void {
    if (this.#ended || this.#waits >= MAX_QUIET_WAITS) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#waits++;
    this.#schedule(this.#quietMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#closeWatcher();
    await this.#looking;
    await this.#listening;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), delayMs);
  }

  async #run(): Promise<void> {
    this.#waits = 0;
    this.#again = false;
    // Watched before it is looked at: what changes in between is heard of.
    this.#looking = this.#openWatcher().then(this.#look).finally(() => this.#looking = undefined);
    await this.#looking;
    if (this.#ended) return;
    this.#schedule(this.#again ? this.#quietMs : this.#pollMs);
  }

  /** Opens a watcher on the folder as it is now; where there is none, or none can be had, the poll has to do. */
  async #openWatcher(): Promise<void> {
    let now: string;
    try {
      const { ino, dev } = await Deno.stat(this.#folder);
      now = `${dev}:${ino}`;
    } catch {
      return this.#closeWatcher();
    }
    if (this.#ended || now === this.#watched) return;
    this.#closeWatcher();
    try {
      const watcher = Deno.watchFs(this.#folder, { recursive: false });
      this.#watcher = watcher;
      this.#watched = now;
      this.#listening = this.#listen(watcher);
    } catch {
      // Out of watches, or a file system without them.
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      // Our own reading is told too, and would have no end.
      for await (const { kind } of watcher) if (kind !== "access") this.soon();
    } catch {
      // The watch has broken off: the poll opens another.
    }
    if (this.#watcher === watcher) this.#closeWatcher();
  }

  #closeWatcher(): void {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    this.#watched = "";
    try {
      watcher?.close();
    } catch {
      // It has ended by itself.
    }
  }
}
