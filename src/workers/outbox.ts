/** Gathers what is pushed in one turn of the event loop and sends it as one array. */
export class Outbox<T> implements Disposable {
  readonly #send: (items: T[]) => void;
  #items: T[] = [];
  #scheduled: ReturnType<typeof setImmediate> | undefined;

  constructor(send: (items: T[]) => void) {
    this.#send = send;
  }

  push(item: T): void {
    this.#items.push(item);
    // setImmediate and not a microtask: the attempts of one batch end in many microtasks of the same turn.
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#send(items);
  }

  /** Drops what was not sent. */
  [Symbol.dispose](): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#items = [];
  }
}
