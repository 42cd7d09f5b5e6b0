/** A write that is on its way to the disk. */
export interface PendingWrite {
  readonly key: string;
  readonly tags: readonly string[];
  /** Something issued later has overruled it: it must leave no trace. */
  overruled: boolean;
}

/**
 * Writes in flight, so that the order in which calls were made is the order that holds: a later set, delete or clear
 * overrules an earlier set that has not reached the disk yet.
 */
export class PendingWrites {
  readonly #writes = new Set<PendingWrite>();

  /** Registers a write; earlier ones of its key are overruled. */
  begin(key: string, tags: readonly string[]): PendingWrite {
    this.overrule((write) => write.key === key);
    const write = { key, tags, overruled: false };
    this.#writes.add(write);
    return write;
  }

  end(write: PendingWrite): void {
    this.#writes.delete(write);
  }

  overrule(matches: (write: PendingWrite) => boolean): void {
    for (const write of this.#writes) {
      if (matches(write)) write.overruled = true;
    }
  }
}
