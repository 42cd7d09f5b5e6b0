import { randomSuffix } from "./ids.ts";

/**
 * A file written beside its destination and put there by one rename: readers see the old file or the new one, never
 * half of either, also when the writer is killed. `commit` is synchronous so that a caller can decide, rename and note
 * the outcome in one turn of the event loop. Not committed, the file is removed on disposal.
 */
export class StagedFile implements Disposable {
  readonly #path: string;
  #open = true;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes `data` to a new file in `folder`, which is created where absent and must be on the file system of the
   * destination. Throws what the file system throws, with nothing left behind.
   * @param options.mode permission bits of the new file @default the system's
   */
  static async write(
    folder: string,
    data: Uint8Array,
    options: { mode?: number } = {},
  ): Promise<StagedFile> {
    const path = `${folder}/${Deno.pid}-${randomSuffix(16)}.tmp`;
    const staged = new StagedFile(path);
    try {
      try {
        await Deno.writeFile(path, data, { ...options, createNew: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        await Deno.mkdir(folder, { recursive: true });
        await Deno.writeFile(path, data, { ...options, createNew: true });
      }
      return staged;
    } catch (error) {
      staged[Symbol.dispose](); // a full disk leaves a short file
      throw error;
    }
  }

  /** Moves the file to `path`, over what is there; the destination's folder is created where absent. */
  commit(path: string): void {
    try {
      Deno.renameSync(this.#path, path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.renameSync(this.#path, path);
    }
    this.#open = false;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      Deno.removeSync(this.#path);
    } catch {
      // Gone, or on a disk that refuses: whoever owns the folder sweeps old `.tmp` files.
    }
  }
}
