import { ExclusiveLane } from "./exclusive_lane.ts";
import { leastLoaded, roomOf } from "./placement.ts";
import type { AbortReason, Attempt, PoolEvents, PoolStatus, WorkerPool } from "./port.ts";
import { LeftChildren } from "./left_children.ts";
import { checkCount, type WebWorkerPoolOptions } from "./pool_options.ts";
import { restartDelayMs, shouldRecycle } from "./recycle.ts";
import { Watchers } from "./watchers.ts";
import { WorkerHandle } from "./worker_handle.ts";
import type { WorkerDeath } from "./worker_handle_options.ts";

const BEAT_MS = 500;
const NO_EVENTS: PoolEvents = { onSettled() {}, onProgress() {}, onCapacity() {} };

/**
 * The pool on Web Workers.
 *
 * idle ─start()─► running ─stop()─► stopping (nothing taken; in hand: grace, then abort) ─► stopped
 */
export class WebWorkerPool implements WorkerPool {
  readonly #options: WebWorkerPoolOptions;
  readonly #concurrency: number;
  readonly #stallMs: number;
  readonly #lane = new ExclusiveLane();
  readonly #watchers = new Watchers();
  readonly #leftChildren = new LeftChildren();
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  #events: PoolEvents = NO_EVENTS;
  #mode: "idle" | "running" | "stopping" | "stopped" = "idle";
  #handles: WorkerHandle[] = [];
  #waiting: Attempt[] = [];
  #target: number;
  #lastId = 0;
  #tick: ReturnType<typeof setInterval> | undefined;
  #barrenDeaths = 0;
  #deaths = 0;
  #abandoned = 0;
  #goneKills = 0;
  #refusal: string | undefined;

  constructor(options: WebWorkerPoolOptions) {
    const { workers, concurrency = 16, stallMs = 10_000 } = options;
    checkCount(workers);
    if (!(concurrency >= 1)) {
      throw new RangeError(
        `Cannot make a pool as 'concurrency' must be at least 1: current value is ${concurrency}`,
      );
    }
    this.#options = options;
    this.#concurrency = concurrency;
    this.#stallMs = stallMs;
    this.#target = workers;
  }

  /** Who is told; to be called before `start`. (The dispatcher is made with the pool, so it cannot be an option.) */
  listen(events: PoolEvents): void {
    this.#events = events;
  }

  /** @throws {Error} a worker cannot be set up (its message says why), or they were not ready in time */
  async start(): Promise<void> {
    if (this.#mode !== "idle") throw new TypeError(`Cannot start the pool as it is ${this.#mode}`);
    this.#mode = "running";
    const tickMs = Math.max(50, Math.min(1000, this.#stallMs / 10));
    this.#tick = setInterval(() => {
      for (const handle of [...this.#handles]) handle.tick(tickMs, this.#stallMs);
    }, tickMs);
    this.#grow();
    const { startTimeoutMs = 10_000 } = this.#options;
    const ready = () => this.#handles.length > 0 && this.#handles.every(({ state }) => state === "ready");
    await this.#watchers.until(() => ready() || this.#refusal !== undefined, { ms: startTimeoutMs });
    if (this.#refusal === undefined && ready()) return;
    const reason = this.#refusal ?? `not all workers were ready after ${startTimeoutMs} ms`;
    await this.stop({ graceMs: 0 });
    throw new Error(`Cannot start the worker pool: ${reason}`);
  }

  capacity(): { io: number; cpu: number } {
    if (this.#mode !== "running") return { io: 0, cpu: 0 };
    let io = -this.#waiting.length;
    let cpu = 0;
    for (const handle of this.#handles) {
      io += roomOf(handle, "io", this.#concurrency);
      cpu += roomOf(handle, "cpu", this.#concurrency);
    }
    for (const { type } of this.#waiting) if (this.#options.loadOf(type) === "cpu") cpu--;
    io = Math.max(0, io);
    return { io, cpu: Math.max(0, Math.min(io, cpu)) };
  }

  run(attempts: Attempt[]): void {
    if (this.#mode !== "running") {
      for (const attempt of attempts) this.#settleUnrun(attempt, "shutdown");
      return;
    }
    for (const attempt of attempts) {
      if (attempt.exclusive) this.#lane.push(attempt);
      else this.#waiting.push(attempt);
    }
    this.#place();
  }

  abort(taskId: string, reason: AbortReason): void {
    const at = this.#waiting.findIndex((attempt) => attempt.taskId === taskId);
    const waiting = at < 0 ? this.#lane.remove(taskId) : this.#waiting.splice(at, 1)[0];
    if (waiting !== undefined) return this.#settleUnrun(waiting, reason);
    for (const handle of this.#handles) if (handle.abort(taskId, reason)) return;
  }

  async resize(count: number): Promise<void> {
    checkCount(count);
    this.#target = count;
    if (this.#mode !== "running") return;
    this.#grow();
    this.#shrink();
    this.#place();
    const holds = () =>
      this.#handles.length === count && this.#handles.every(({ state }) => state === "ready");
    await this.#watchers.until(() => holds() || this.#target !== count || this.#mode !== "running");
  }

  /** What each worker does now. */
  look = () => this.#handles.map((handle) => handle.look());

  status(): PoolStatus {
    const sandboxes = { alive: 0, killed: this.#goneKills };
    let alive = 0;
    let busy = 0;
    for (const handle of this.#handles) {
      if (handle.state === "ready") alive++;
      if (handle.inHand > 0) busy++;
      sandboxes.alive += handle.sandboxes.alive;
      sandboxes.killed += handle.sandboxes.killed;
    }
    return {
      workers: this.#target,
      alive,
      busy,
      inHand: this.#inHand(),
      replaced: this.#deaths + sandboxes.killed,
      abandoned: this.#abandoned,
      sandboxes,
    };
  }

  async stop(options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    if (this.#mode === "stopped") return;
    this.#mode = "stopping";
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#restarts.clear();
    const unrun = [...this.#waiting.splice(0), ...this.#lane.clear()];
    for (const attempt of unrun) this.#settleUnrun(attempt, "shutdown");
    const isIdle = () => this.#inHand() === 0;
    if (!await this.#watchers.until(isIdle, { ms: options.graceMs, signal: options.signal })) {
      for (const handle of this.#handles) handle.abortAll("shutdown");
      // Each handle sees to it that its attempts end: by their answer, or by giving the worker up.
      await this.#watchers.until(isIdle, { ms: 5 * (this.#options.abortGraceMs ?? 1000) });
    }
    clearInterval(this.#tick);
    await Promise.all([this.#leftChildren.settled(), ...this.#handles.map((handle) => handle.end())]);
    this.#handles = [];
    this.#mode = "stopped";
    this.#watchers.check();
  }

  #inHand(): number {
    return this.#handles.reduce((sum, handle) => sum + handle.inHand, 0);
  }

  #settleUnrun(attempt: Attempt, reason: AbortReason): void {
    this.#events.onSettled(attempt, { kind: "aborted", reason, runMs: 0 });
  }

  /** Hands out what waits, in order; a CPU-bound attempt that finds no room does not hold up the others. */
  #place(): void {
    if (this.#mode !== "running") return;
    this.#lane.advance(this.#handles, this.#options.loadOf);
    if (this.#waiting.length === 0) return;
    const touched = new Set<WorkerHandle>();
    const left: Attempt[] = [];
    const full = { io: false, cpu: false };
    for (const attempt of this.#waiting) {
      const load = this.#options.loadOf(attempt.type);
      const handle = full[load] ? undefined : leastLoaded(this.#handles, load, this.#concurrency);
      if (handle === undefined) {
        full[load] = true;
        left.push(attempt);
        continue;
      }
      handle.take(attempt, load);
      touched.add(handle);
    }
    this.#waiting = left;
    for (const handle of touched) handle.flush();
  }

  #grow(): void {
    const staying = () => this.#handles.filter(({ retiring }) => !retiring).length + this.#restarts.size;
    for (const handle of this.#handles) {
      if (staying() >= this.#target) return;
      if (handle.state === "ready" || handle.state === "starting") handle.retiring = false;
    }
    while (staying() < this.#target) this.#handles.push(this.#startWorker());
  }

  /** Surplus workers retire, the idlest first; each ends when it is empty. */
  #shrink(): void {
    const staying = this.#handles.filter(({ retiring }) => !retiring);
    let surplus = staying.length + this.#restarts.size - this.#target;
    for (const timer of this.#restarts) {
      if (surplus <= 0) break;
      clearTimeout(timer);
      this.#restarts.delete(timer);
      surplus--;
    }
    const idlestFirst = staying.sort((a, b) =>
      Number(a.reserved) - Number(b.reserved) || a.inHand - b.inHand
    );
    for (const handle of idlestFirst.slice(0, Math.max(0, surplus))) {
      handle.retiring = true;
      this.#endIfDone(handle);
    }
  }

  #startWorker(): WorkerHandle {
    const { init, services, entryUrl, abortGraceMs } = this.#options;
    const handle: WorkerHandle = new WorkerHandle({
      init: { ...init, workerId: ++this.#lastId, beatMs: Math.min(BEAT_MS, this.#stallMs / 4) },
      services,
      entryUrl,
      abortGraceMs,
      onReady: () => this.#onRoom(handle),
      onSettled: (attempt, outcome) => this.#events.onSettled(attempt, outcome),
      onProgress: (attempt, progress) => this.#events.onProgress(attempt, progress),
      onRoom: () => this.#onRoom(handle),
      onDeath: (death) => this.#onDeath(handle, death),
    });
    return handle;
  }

  #onRoom(handle: WorkerHandle): void {
    if (handle.settled > 0) this.#barrenDeaths = 0;
    if (this.#mode === "running") {
      if (!handle.retiring && shouldRecycle(handle, this.#options.recycle)) {
        handle.retiring = true;
        this.#grow(); // its successor starts while it winds up
      }
      this.#endIfDone(handle);
      this.#place();
      this.#events.onCapacity();
    }
    this.#watchers.check();
  }

  #endIfDone(handle: WorkerHandle): void {
    if (!handle.retiring || handle.inHand > 0) return;
    handle.end().then(() => {
      this.#forget(handle);
      this.#watchers.check();
    });
  }

  #forget(handle: WorkerHandle): void {
    const at = this.#handles.indexOf(handle);
    if (at < 0) return;
    this.#handles.splice(at, 1);
    this.#goneKills += handle.sandboxes.killed;
  }

  #onDeath(handle: WorkerHandle, death: WorkerDeath): void {
    this.#forget(handle);
    this.#deaths++;
    this.#leftChildren.end(handle.sandboxes.pids);
    if (death.abandoned) this.#abandoned++;
    if (death.refused) this.#refusal ??= death.message;
    this.#barrenDeaths = handle.settled > 0 ? 0 : this.#barrenDeaths + 1;
    this.#options.services.log({
      level: "warning",
      message: "worker_replaced",
      fields: { worker: handle.id, reason: death.message, thread_left_behind: death.abandoned },
    });
    if (this.#mode === "running") {
      this.#replace();
      this.#place();
    }
    this.#watchers.check();
  }

  #replace(): void {
    const delayMs = restartDelayMs(this.#barrenDeaths);
    if (delayMs === 0) return this.#grow();
    if (this.#handles.filter(({ retiring }) => !retiring).length + this.#restarts.size >= this.#target) {
      return;
    }
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#grow();
    }, delayMs);
    this.#restarts.add(timer);
  }
}
