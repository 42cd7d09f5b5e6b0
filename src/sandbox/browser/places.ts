import { TaskError } from "../../platform/errors.ts";
import type { CallOptions } from "../port.ts";

interface Waiting {
  alone: boolean;
  take(): void;
}

/** Places for pages, first come, first served. One that must be alone waits until all are free, and holds all. */
export class Places {
  readonly #count: number;
  readonly #waiting: Waiting[] = [];
  #taken = 0;
  #heldAlone = false;

  constructor(count: number) {
    this.#count = count;
  }

  /** Resolves to what gives the place back. @throws {TaskError} timeout */
  async take({ alone, signal, timeoutMs }: CallOptions & { alone: boolean }): Promise<() => void> {
    signal?.throwIfAborted();
    const turn = Promise.withResolvers<void>();
    const entry: Waiting = { alone, take: turn.resolve };
    const leave = (reason: unknown) => {
      const at = this.#waiting.indexOf(entry);
      if (at < 0) return; // it has its place already
      this.#waiting.splice(at, 1);
      turn.reject(reason);
      this.#admit();
    };
    const onAbort = () => leave(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => leave(new TaskError("timeout", `The browser had no place within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#waiting.push(entry);
    this.#admit();
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
    return () => {
      this.#taken--;
      if (alone) this.#heldAlone = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#heldAlone || this.#taken >= (next.alone ? 1 : this.#count)) return;
      this.#waiting.shift();
      this.#taken++;
      this.#heldAlone = next.alone;
      next.take();
    }
  }
}
