import { join, resolve } from "node:path";
import { settlesWithin, sleep } from "../../platform/deadline.ts";

const TRIES = 50;
const PAUSE_MS = 100;

/** The folders of profiles, one a run of Chromium. What a killed service left behind goes at the next start. */
export class Profiles {
  readonly #folder: string;
  readonly #inUse = new Set<string>();
  readonly #removals = new Set<Promise<void>>();
  #count = 0;

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** A new, empty one. */
  async make(): Promise<string> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (this.#count === 0) await this.#sweep();
    const path = join(this.#folder, `${Deno.pid}-${++this.#count}`);
    this.#inUse.add(path);
    await Deno.mkdir(path, { mode: 0o700 });
    return path;
  }

  /** Removes one in the background: a Chromium that was just killed may write for a moment yet. */
  remove(path: string): void {
    const removal = remove(path).finally(() => {
      this.#inUse.delete(path);
      this.#removals.delete(removal);
    });
    this.#removals.add(removal);
  }

  /** Until what is to be removed has gone, within a bounded time. */
  async settled(): Promise<void> {
    await settlesWithin(Promise.all(this.#removals), TRIES * PAUSE_MS);
  }

  async #sweep(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      const path = join(this.#folder, name);
      if (!this.#inUse.has(path)) await remove(path);
    }
  }
}

async function remove(path: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      await sleep(PAUSE_MS);
    }
  }
}
