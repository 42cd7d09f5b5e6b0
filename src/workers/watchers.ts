/** Waits until something that others change becomes true; each change is told by `check()`. */
export class Watchers {
  readonly #waiting = new Set<() => void>();

  check(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves to whether `isTrue` held before `ms` had passed or the signal aborted. */
  until(isTrue: () => boolean, options: { ms?: number; signal?: AbortSignal } = {}): Promise<boolean> {
    const { ms, signal } = options;
    if (isTrue()) return Promise.resolve(true);
    if (signal?.aborted || ms === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = (held: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(look);
        resolve(held);
      };
      const look = () => isTrue() && finish(true);
      const onAbort = () => finish(false);
      if (ms !== undefined) timer = setTimeout(() => finish(false), ms);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(look);
    });
  }
}
