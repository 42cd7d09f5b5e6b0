import { ServiceError } from "../../../platform/errors.ts";
import type { SqliteCore, StoreOp } from "./core.ts";
import { storageError } from "./errors.ts";

interface Waiting {
  op: StoreOp;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * One transaction, and one fsync, for all calls of an event-loop tick: fsync is what a durable queue costs, and this
 * divides it by the number of callers. `setImmediate` and not a timer: it runs in the same turn of the loop, right
 * after the I/O callbacks that made the calls.
 */
export class GroupCommit {
  readonly #core: SqliteCore;
  readonly #onCommitted: (() => void) | undefined;
  readonly #changes: () => number;
  /** Why the last write failed, until one succeeds; a commit that wrote nothing says nothing about the disk. */
  writeFault: string | undefined;
  #waiting: Waiting[] = [];
  #scheduled: Promise<void> | undefined;

  constructor(core: SqliteCore, options: { onCommitted?: () => void; changes: () => number }) {
    this.#core = core;
    this.#onCommitted = options.onCommitted;
    this.#changes = options.changes;
  }

  /** Resolves with the operation's answer once it is durable. */
  submit(op: StoreOp): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ op, resolve, reject });
      this.#scheduled ??= new Promise((done) =>
        setImmediate(() => {
          this.#scheduled = undefined;
          this.#flush();
          done();
        })
      );
    });
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    while (this.#scheduled !== undefined) await this.#scheduled;
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const error = this.#run(batch);
    if (error === undefined) return;
    const storage = storageError(error);
    if (storage !== undefined) this.writeFault = storage.message;
    for (const waiting of batch) {
      // A read is not to blame and has nothing to lose: it is asked again. Where the error came from the code and not
      // from the storage, so is every other one, each in its own transaction: only the culprit is told.
      const alone = storage === undefined || this.#core.isRead(waiting.op);
      const own = alone ? this.#run([waiting]) : error;
      if (own !== undefined) waiting.reject(storageError(own) ?? internal(own));
    }
  }

  /** Runs a batch in one transaction. Returns the error that undid it; its members are not settled then. */
  #run(batch: Waiting[]): unknown {
    const answers: unknown[] = [];
    const changes = this.writeFault === undefined ? 0 : this.#changes();
    try {
      this.#core.begin();
      for (const { op } of batch) answers.push(this.#core.apply(op));
      this.#core.commit();
    } catch (error) {
      this.#core.rollback();
      return error ?? new Error("Cannot run the batch as something empty was thrown");
    }
    if (this.writeFault !== undefined && this.#changes() > changes) this.writeFault = undefined;
    for (let i = 0; i < batch.length; i++) batch[i]!.resolve(answers[i]);
    this.#onCommitted?.();
    return undefined;
  }
}

function internal(cause: unknown): ServiceError {
  return new ServiceError("internal", "The queue could not do this: nothing of it was stored", { cause });
}
