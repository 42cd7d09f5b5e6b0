import { InterruptedError } from "../platform/errors.ts";
import { ChildProcess } from "./child_process.ts";
import type { CallOptions, SandboxOptions, SandboxStatus } from "./port.ts";
import type { ChildKind } from "./protocol.ts";
import { waitWithin } from "./wait_within.ts";

export type PageChildKind = Exclude<ChildKind, "task">;

/** How long a child that takes no more fetches may wait for its bodies to be taken. */
const RETIREMENT_MS = 120_000;

export interface SandboxDeps {
  /** The program of the children. @default the one that reads pages with this project's parsers */
  entry?: URL;
  /** Called whenever a child has started or ended. */
  onChange?: () => void;
}

/** The processes of one sandbox: one for public pages is kept warm; the other kinds start when first needed. */
export class Children implements AsyncDisposable {
  readonly #options: SandboxOptions;
  readonly #entry?: URL;
  readonly #onChange: () => void;
  readonly #all = new Map<number, ChildProcess>();
  readonly #current = new Map<PageChildKind, ChildProcess>();
  #spareTask?: { folder: string; child: ChildProcess };
  #killed = 0;
  #closed = false;

  constructor(options: SandboxOptions, { entry, onChange = () => {} }: SandboxDeps = {}) {
    this.#options = options;
    this.#entry = entry;
    this.#onChange = onChange;
  }

  /** The child that takes pages of this kind now; it may still be starting. */
  forPages(kind: PageChildKind): ChildProcess {
    this.#throwIfClosed();
    const current = this.#current.get(kind);
    if (current?.serving && !current.retired && current.uses < this.#options.maxUses) return current;
    if (current?.serving) this.#retire(current);
    const fresh = this.#start(kind);
    this.#current.set(kind, fresh);
    void fresh.ended.then(() => {
      if (this.#current.get(kind) !== fresh) return;
      this.#current.delete(kind);
      // The next page should not wait for it; one that could not even start is left to the next caller to try.
      if (fresh.isReady && !this.#closed) this.forPages(kind);
    });
    return fresh;
  }

  /** A child that takes pages at once, and the call's time that is left. One use is counted. */
  async readyForPages<T extends CallOptions>(
    kind: PageChildKind,
    options: T,
  ): Promise<{ child: ChildProcess; left: T }> {
    const beganMs = performance.now();
    for (let tries = 0;; tries++) {
      const child = this.forPages(kind);
      await waitWithin(child.ready, options);
      if (!child.serving && tries < 2) continue;
      child.uses++;
      const timeoutMs = Math.max(1, options.timeoutMs - (performance.now() - beganMs));
      return { child, left: { ...options, timeoutMs } };
    }
  }

  /** A fresh process for one task whose module lies in `folder`; the next one starts in the background. */
  takeForTask(folder: string): ChildProcess {
    this.#throwIfClosed();
    const spare = this.#spareTask;
    const usable = spare?.folder === folder && spare.child.serving ? spare.child : undefined;
    if (spare && !usable) void spare.child.end();
    this.#spareTask = { folder, child: this.#start("task", [folder]) };
    return usable ?? this.#start("task", [folder]);
  }

  /** By `ChildProcess.serial`. */
  get(serial: number): ChildProcess | undefined {
    return this.#all.get(serial);
  }

  /**
   * In a turn of its own: who was just given this child, or an answer of it, has not had the microtask yet in which it
   * makes its call or books its body, and would lose both to a neighbour's last word.
   */
  endIfDone(child: ChildProcess): void {
    if (!child.retired || !child.serving) return;
    setTimeout(() => {
      if (child.idle) void child.end();
    });
  }

  status(): SandboxStatus {
    const pids = [...this.#all.values()].map((child) => child.pid);
    return { alive: pids.length, killed: this.#killed, pids };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all.values()].map((child) => child.end()));
  }

  #start(kind: ChildKind, readable: readonly string[] = []): ChildProcess {
    const child = new ChildProcess(kind, this.#options, { readable, entry: this.#entry });
    this.#all.set(child.serial, child);
    this.#onChange();
    void child.ended.then(() => {
      this.#all.delete(child.serial);
      if (!child.endedOnPurpose) this.#killed++;
      this.#onChange();
    });
    return child;
  }

  #retire(child: ChildProcess): void {
    child.retire(RETIREMENT_MS);
    this.endIfDone(child);
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new InterruptedError("The sandbox has been closed");
  }
}
