import { ServiceError } from "../../../platform/errors.ts";
import type { ClaimRequest, TaskChange } from "../../port.ts";
import type { ClaimedTask } from "../../task.ts";
import type { SqliteCore, StoreOp } from "./core.ts";
import { storageError } from "./errors.ts";
import { IdInUse } from "./inserts.ts";

/** An operation and who waits for its answer. */
export interface Call {
  op: StoreOp;
  resolve: (value: unknown) => void;
  reject: (error: ServiceError) => void;
}

/**
 * One transaction, and one fsync, for all calls that have gathered: fsync is what a durable queue costs, and this divides
 * it by the number of callers. The claim that waits (there is one at most) is tried at the end of every transaction, so
 * that a task accepted into an idle queue is leased by the very commit that accepts it.
 */
export class GroupCommit {
  readonly #core: SqliteCore;
  readonly #onCommitted: (changes: TaskChange[]) => void;
  readonly #changes: () => number;
  /** Why the last write failed, until one succeeds; a commit that wrote nothing says nothing about the disk. */
  writeFault: string | undefined;
  #standing: Call | undefined;

  constructor(
    core: SqliteCore,
    options: { onCommitted: (changes: TaskChange[]) => void; changes: () => number },
  ) {
    this.#core = core;
    this.#onCommitted = options.onCommitted;
    this.#changes = options.changes;
  }

  /** Whether a claim waits. */
  get claiming(): boolean {
    return this.#standing !== undefined;
  }

  /** Runs the calls and settles all of them, but for a claim that may wait and found nothing. */
  run(calls: Call[]): void {
    const error = this.#run(calls);
    if (error === undefined) return;
    const storage = storageError(error);
    if (storage !== undefined) this.writeFault = storage.message;
    for (const call of calls) {
      // A read is not to blame and has nothing to lose: it is answered as things are. Where the error came from the code
      // and not from the storage, every call is asked again in its own transaction: only the culprit is told.
      const own = storage === undefined
        ? this.#run([call])
        : this.#core.isRead(call.op)
        ? this.#read(call)
        : error;
      if (own !== undefined) {
        call.reject(own instanceof ServiceError ? own : storageError(own) ?? internal(own));
      }
    }
  }

  /** Ends the waiting claim with nothing. */
  endClaim(): void {
    this.#standing?.resolve([]);
    this.#standing = undefined;
  }

  /** Runs a batch, a second time where an id in use was met too late. Returns the error that undid it. */
  #run(calls: Call[]): unknown {
    const error = this.#transact(calls);
    return error instanceof IdInUse ? this.#core.carefully(() => this.#transact(calls)) : error;
  }

  #read(call: Call): unknown {
    try {
      call.resolve(this.#core.read(call.op));
    } catch (error) {
      return error;
    }
  }

  /** Runs a batch in one transaction. Returns the error that undid it; its members are not settled then. */
  #transact(calls: Call[]): unknown {
    const settled: [Call, unknown][] = [];
    const changes = this.writeFault === undefined ? 0 : this.#changes();
    let standing = this.#standing;
    let told: TaskChange[];
    try {
      this.#core.begin();
      let isFresh = false;
      for (const call of calls) {
        const answer = this.#core.apply(call.op);
        isFresh = false;
        if (call.op.name === "claim") {
          if (standing !== undefined) settled.push([standing, []]);
          standing = undefined;
          if ((answer as ClaimedTask[]).length === 0 && (call.op.args[0] as ClaimRequest).wait) {
            standing = call;
            isFresh = true; // nothing has come since it found nothing
            continue;
          }
        }
        settled.push([call, answer]);
      }
      if (standing !== undefined && !isFresh) {
        const claimed = this.#core.apply(standing.op) as ClaimedTask[];
        if (claimed.length > 0) {
          settled.push([standing, claimed]);
          standing = undefined;
        }
      }
      told = this.#core.commit();
    } catch (error) {
      this.#core.rollback();
      return error ?? new Error("Cannot run the batch as something empty was thrown");
    }
    this.#standing = standing;
    if (this.writeFault !== undefined && this.#changes() > changes) this.writeFault = undefined;
    for (const [call, answer] of settled) call.resolve(answer);
    this.#onCommitted(told);
    return undefined;
  }
}

function internal(cause: unknown): ServiceError {
  return new ServiceError("internal", "The queue could not do this: nothing of it was stored", { cause });
}
