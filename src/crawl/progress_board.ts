import type { CrawlProgress } from "./frontier_port.ts";

/** How far the running crawls are, and who waits for more. */
export class ProgressBoard {
  readonly #progress = new Map<string, CrawlProgress>();
  readonly #waiters = new Map<string, Set<() => void>>();

  set(progress: CrawlProgress): void {
    if (progress.ended) this.#progress.delete(progress.crawlId);
    else this.#progress.set(progress.crawlId, progress);
    for (const wake of this.#waiters.get(progress.crawlId) ?? []) wake();
  }

  /** Resolves when more than `finishNo` pages are done, when the crawl runs no more, or after `waitMs`. */
  moreThan(
    crawlId: string,
    finishNo: number,
    { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
  ): Promise<void> {
    signal?.throwIfAborted();
    const progress = this.#progress.get(crawlId);
    if (progress === undefined || progress.finishNo > finishNo) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(crawlId) ?? new Set();
      this.#waiters.set(crawlId, waiters);
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        waiters.delete(wake);
        if (waiters.size === 0) this.#waiters.delete(crawlId);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const onAbort = () => {
        leave();
        reject(signal!.reason);
      };
      const timer = setTimeout(wake, waitMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      waiters.add(wake);
    });
  }

  /** Nobody waits any longer. */
  stop(): void {
    this.#progress.clear();
    for (const waiters of [...this.#waiters.values()]) for (const wake of [...waiters]) wake();
  }
}
