interface Waiter {
  documentId: string;
  resolve: (isSettled: boolean) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Who waits until nothing of a document is owed. Looked at when something was paid, and not by the clock. */
export class IndexWaiters {
  readonly #owes: (documentId: string) => boolean;
  readonly #waiters = new Set<Waiter>();

  constructor(owes: (documentId: string) => boolean) {
    this.#owes = owes;
  }

  /** True once nothing of it is owed; false after `timeoutMs`. */
  settled(documentId: string, timeoutMs: number): Promise<boolean> {
    if (!this.#owes(documentId)) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => this.#end(waiter, false), timeoutMs);
    const waiter: Waiter = { documentId, resolve, timer };
    this.#waiters.add(waiter);
    return promise;
  }

  /** To be called after each commit that may have paid something. */
  look(): void {
    if (this.#waiters.size === 0) return;
    const owes = new Map<string, boolean>();
    for (const waiter of [...this.#waiters]) {
      const { documentId } = waiter;
      let isOwing = owes.get(documentId);
      if (isOwing === undefined) owes.set(documentId, isOwing = this.#owes(documentId));
      if (!isOwing) this.#end(waiter, true);
    }
  }

  close(): void {
    for (const waiter of [...this.#waiters]) this.#end(waiter, false);
  }

  #end(waiter: Waiter, isSettled: boolean): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    waiter.resolve(isSettled);
  }
}
