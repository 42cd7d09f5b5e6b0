import type { Sender } from "./link.ts";

/** The child's one thread: one section at a time holds it, and the parent knows whose it is. */
export class Thread {
  readonly #link: Sender;
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: Sender) {
    this.#link = link;
  }

  /** Runs `section` for call `id` when those before it are done; never if the call has been cancelled by then. */
  async alone<T>(id: number, signal: AbortSignal, section: () => T | Promise<T>): Promise<T> {
    const before = this.#last;
    const done = Promise.withResolvers<void>();
    this.#last = done.promise;
    try {
      await before;
      signal.throwIfAborted();
      this.#link.send({ t: "cpu", id });
      try {
        return await section();
      } finally {
        this.#link.send({ t: "idle", id });
      }
    } finally {
      done.resolve();
    }
  }
}
