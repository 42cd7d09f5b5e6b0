import { messageOf } from "../platform/errors.ts";
import { DeadlineTimer } from "./deadline_timer.ts";
import { type InHand, lookOf, runMsOf } from "./in_hand.ts";
import { outcomeOfGivenUp, outcomeOfUnanswered } from "./given_up.ts";
import { Outbox } from "./outbox.ts";
import type { SandboxStatus } from "../sandbox/port.ts";
import type { AbortReason, Attempt, Outcome } from "./port.ts";
import type { FromWorker, FromWorkerItem, ToWorker, ToWorkerItem } from "./protocol.ts";
import { ServicesServer } from "./services_server.ts";
import type { WorkerHandleOptions } from "./worker_handle_options.ts";

const MAX_GRACES = 3;
const END_MS = 2000;

/**
 * One Web Worker and what it holds.
 *
 * starting ─ready─► ready ─end()─► ended
 *    └─ error, close, no sign of life, thread held ─► dead (all in hand settled, `onDeath` once)
 */
export class WorkerHandle {
  readonly id: number;
  state: "starting" | "ready" | "ended" | "dead" = "starting";
  /** Kept free for, or running, an exclusive attempt. */
  reserved = false;
  /** Runs an exclusive attempt now. */
  exclusive = false;
  /** Takes nothing new and ends when it is empty. */
  retiring = false;
  /** Attempts it has settled itself. */
  settled = 0;
  /** Handlers that run on in it although their attempt has ended. */
  leftBehind = 0;
  sandboxes: SandboxStatus = { alive: 0, killed: 0, pids: [] };
  readonly #options: WorkerHandleOptions;
  readonly #worker: Worker;
  readonly #server: ServicesServer;
  readonly #outbox: Outbox<ToWorkerItem>;
  readonly #deadlines = new DeadlineTimer((lateMs) => this.#onDue(lateMs));
  readonly #inHand = new Map<number, InHand>();
  readonly #abortGraceMs: number;
  #cpu = 0;
  #seenMs = performance.now();
  #seenSinceTick = true;
  #silentMs = 0;
  #onEnded: (() => void) | undefined;

  constructor(options: WorkerHandleOptions) {
    const { entryUrl = new URL("./entry.ts", import.meta.url), abortGraceMs = 1000 } = options;
    this.id = options.init.workerId;
    this.#options = options;
    this.#abortGraceMs = abortGraceMs;
    this.#server = new ServicesServer(options.services);
    this.#worker = new Worker(entryUrl, {
      type: "module",
      name: `tutti-worker-${this.id}`,
      // Reads modules and /proc, runs sandbox children; whatever touches the network does so in one of those.
      deno: {
        permissions: { read: true, run: true, net: false, env: false, write: false, ffi: false, sys: false },
      },
    } as WorkerOptions);
    this.#outbox = new Outbox((items) => this.#post({ kind: "batch", items }));
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#onMessage(event.data);
    this.#worker.onmessageerror = () => this.#die("sent a message that cannot be read");
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else the whole process ends
      this.#die(event.message);
    };
    this.#post({ kind: "init", init: options.init });
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  /** What it does now. */
  look = () => lookOf(this, this.#inHand.values());

  /** CPU-bound attempts in hand. */
  get cpu(): number {
    return this.#cpu;
  }

  /** Puts an attempt in hand; `flush` sends it. */
  take(attempt: Attempt, load: "io" | "cpu"): void {
    const startedMs = performance.now();
    const dueMs = startedMs + attempt.timeoutMs;
    this.#inHand.set(attempt.token, { attempt, load, startedMs, dueMs, graces: 0 });
    if (load === "cpu") this.#cpu++;
    this.#deadlines.set(dueMs);
    this.#outbox.push({ kind: "attempt", attempt });
  }

  flush(): void {
    this.#outbox.flush();
  }

  /** Whether it held the task. */
  abort(taskId: string, reason: AbortReason): boolean {
    for (const held of this.#inHand.values()) {
      if (held.attempt.taskId !== taskId) continue;
      this.#abort(held, reason);
      return true;
    }
    return false;
  }

  abortAll(reason: AbortReason): void {
    for (const held of this.#inHand.values()) this.#abort(held, reason);
  }

  /**
   * Called every `tickMs` by the pool: a worker that has been silent for `stallMs` of ticks is given up. Ticks are
   * counted and not the clock, so that a main isolate that was itself held blames nobody.
   */
  tick(tickMs: number, stallMs: number): void {
    if (this.state !== "ready" && this.state !== "starting") return;
    // A CPU-bound attempt may hold the thread up to its own time limit: that is what it was declared for.
    this.#silentMs = this.#seenSinceTick || this.#cpu > 0 ? 0 : this.#silentMs + tickMs;
    this.#seenSinceTick = false;
    if (this.#silentMs >= stallMs) this.#giveUp(`gave no sign of life for ${this.#silentMs} ms`);
  }

  /** Ends the sandbox children and the thread. What is still in hand is settled as `aborted`. */
  async end(): Promise<void> {
    if (this.state === "dead" || this.state === "ended") return;
    const answered = this.state === "ready";
    this.state = "ended";
    for (const held of [...this.#inHand.values()]) {
      const runMs = runMsOf(held);
      this.#settle(held.attempt.token, {
        kind: "aborted",
        reason: held.abortReason === "cancelled" ? "cancelled" : "shutdown",
        runMs,
      });
    }
    if (answered) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const ended = new Promise<void>((resolve) => {
        this.#onEnded = resolve;
        timer = setTimeout(resolve, END_MS);
      });
      this.#post({ kind: "end" });
      await ended;
      clearTimeout(timer);
    }
    this.#close();
  }

  #onMessage(message: FromWorker): void {
    if (this.state === "dead") return;
    this.#seenMs = performance.now();
    this.#seenSinceTick = true;
    switch (message.kind) {
      case "ready":
        if (this.state !== "starting") break;
        this.state = "ready";
        this.#options.onReady();
        break;
      case "refused":
        this.#die(message.message, { refused: true });
        break;
      case "beat":
        this.sandboxes = message.sandboxes;
        this.leftBehind = message.leftBehind;
        break;
      case "batch":
        this.#onBatch(message.items);
        break;
      case "closing":
        if (this.state === "ended") this.#onEnded?.();
        else this.#die(`called ${message.how}`);
        break;
      case "ended":
        this.#onEnded?.();
        break;
    }
  }

  #onBatch(items: FromWorkerItem[]): void {
    let settled = false;
    for (const item of items) {
      switch (item.kind) {
        case "settled":
          settled = true;
          this.settled++;
          this.#settle(item.token, item.outcome);
          break;
        case "progress": {
          const held = this.#inHand.get(item.token);
          if (held !== undefined) this.#options.onProgress(held.attempt, item.progress);
          break;
        }
        case "log":
          this.#options.services.log(item.record);
          break;
        case "call":
          this.#server.answer(item.method, item.args).then((reply) => {
            this.#outbox.push({ kind: "reply", id: item.id, reply });
          });
          break;
      }
    }
    if (settled && this.state === "ready") this.#options.onRoom();
  }

  /** Tells the outcome of an attempt that is still in hand; of any other it was told before. */
  #settle(token: number, outcome: Outcome): void {
    const held = this.#inHand.get(token);
    if (held === undefined) return;
    this.#inHand.delete(token);
    if (held.load === "cpu") this.#cpu--;
    this.#options.onSettled(held.attempt, outcome);
  }

  #abort(held: InHand, reason: AbortReason | "timeout"): void {
    if (held.abortReason !== undefined) return;
    held.abortReason = reason;
    held.dueMs = performance.now() + this.#abortGraceMs;
    this.#deadlines.set(held.dueMs);
    this.#outbox.push({ kind: "abort", token: held.attempt.token, reason });
  }

  #onDue(lateMs: number): void {
    const nowMs = performance.now();
    const silent: InHand[] = [];
    const unanswered: InHand[] = [];
    for (const held of this.#inHand.values()) {
      if (held.dueMs > nowMs) continue;
      if (held.abortReason === undefined) {
        this.#abort(held, "timeout");
        continue;
      }
      held.graces++;
      const quiet = nowMs - this.#seenMs;
      // Alive, or this isolate was late itself and its answer may lie unread: another grace, but not for ever.
      const another = held.graces < MAX_GRACES &&
        (quiet < this.#abortGraceMs || lateMs > this.#abortGraceMs / 2);
      if (another) held.dueMs = nowMs + this.#abortGraceMs;
      else if (quiet < this.#abortGraceMs) unanswered.push(held);
      else silent.push(held);
    }
    for (const held of unanswered) this.#settle(held.attempt.token, outcomeOfUnanswered(held));
    if (silent.length > 0) this.#onSilence(silent);
    for (const held of this.#inHand.values()) this.#deadlines.set(held.dueMs);
    if (unanswered.length > 0 && this.state === "ready") this.#options.onRoom();
  }

  #onSilence(silent: InHand[]): void {
    const holder = [...this.#inHand.values()].find((held) => held.load === "cpu" && !silent.includes(held));
    if (holder === undefined) return this.#giveUp("held its thread past a deadline");
    // A CPU-bound attempt within its own limit holds the thread: its neighbours go back, it goes on.
    for (const held of silent) {
      this.#settle(held.attempt.token, outcomeOfUnanswered(held, "a CPU-bound task held the thread"));
    }
    this.#options.onRoom();
  }

  #giveUp(message: string): void {
    const alone = this.#inHand.size === 1 && this.leftBehind === 0;
    const heldMs = performance.now() - this.#seenMs;
    this.#die(message, {
      abandoned: this.state === "ready",
      outcome: (held) => outcomeOfGivenUp(held, { alone, heldMs }),
    });
  }

  #die(
    message: string,
    options: { abandoned?: boolean; refused?: boolean; outcome?: (held: InHand) => Outcome } = {},
  ): void {
    if (this.state === "dead" || this.state === "ended") return;
    this.state = "dead";
    this.#close();
    const { abandoned = false, refused = false } = options;
    const outcomeOf = options.outcome ??
      ((held: InHand): Outcome =>
        held.abortReason === "cancelled" || held.abortReason === "shutdown"
          ? { kind: "aborted", reason: held.abortReason, runMs: runMsOf(held) }
          : { kind: "crashed", message: `The worker ${message}`, runMs: runMsOf(held) });
    for (const held of [...this.#inHand.values()]) this.#settle(held.attempt.token, outcomeOf(held));
    this.#options.onDeath({ message, abandoned, refused });
  }

  #close(): void {
    this.#worker.onmessage = null;
    this.#worker.terminate();
    this.#outbox[Symbol.dispose]();
    this.#deadlines[Symbol.dispose]();
    this.#server[Symbol.dispose]();
  }

  #post(message: ToWorker): void {
    try {
      this.#worker.postMessage(message);
    } catch (error) {
      this.#die(`could not be sent a message: ${messageOf(error)}`);
    }
  }
}
