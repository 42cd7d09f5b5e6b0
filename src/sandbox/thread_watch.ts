import type { SandboxOptions } from "./port.ts";
import type { ChildKind } from "./protocol.ts";
import { residentMb } from "./resident_memory.ts";
import type { Verdict } from "./verdict.ts";

const CHECK_MS = 100;
/**
 * Memory is read by starting `cat` (see `resident_memory.ts`), so only of a child that works on one thing this long.
 * What grows faster meets `prlimit --data` and the heap limit, which ask nobody.
 */
const MEASURE_AFTER_MS = 250;
/** And now and then of any child with work in hand: many short sections may add up. */
const MEASURE_EVERY_MS = 5000;
/** How long a page whose caller has left may hold the thread before its neighbours are freed of it. */
const LEFT_BEHIND_MS = 400;
/**
 * Shares of the memory limit above which a child takes no more pages: what earlier ones left behind is nobody's who
 * comes after. One with nothing in hand goes earlier, as its successor costs nobody a wait.
 */
const OUTGROWN = { busy: 0.5, idle: 0.25 };
/** A child with nothing in hand for this long is measured, once. */
const IDLE_MS = 2000;
/** How long those who use an outgrown child may go on doing so. */
const OUTGROWN_MS = 120_000;
/** What a healthy child may be late with its sign of life, on top of the longest section. */
const HEARTBEAT_SLACK_MS = 2000;

export interface Watched {
  readonly pid: number;
  readonly kind: ChildKind;
  /** It has said that it is ready. */
  isReady(): boolean;
  /** It has calls in hand. */
  isBusy(): boolean;
  /** It has no calls in hand and no bodies. */
  isIdle(): boolean;
  ping(): void;
  kill(verdict: Verdict): void;
}

/**
 * The clocks over one child: who holds its thread and for how long, whether it still answers, how much memory it takes,
 * and when a retired one must be gone. Looks ten times a second and kills where a limit is passed.
 */
export class ThreadWatch {
  readonly #child: Watched;
  readonly #options: SandboxOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #section?: { id: number; sinceMs: number; untilMs: number };
  #checkedMs = performance.now();
  #measuredMs = performance.now();
  #pingMs?: number;
  #retireByMs = Infinity;
  #measuring?: Promise<void>;
  /** Since when it has had nothing in hand; undefined once it has been measured so, until it works again. */
  #idleMs?: number;
  #worked = false;

  constructor(child: Watched, options: SandboxOptions) {
    this.#child = child;
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  /** The call whose section holds the thread. */
  get holder(): number | undefined {
    return this.#section?.id;
  }

  /** How long the thread has been held by one section, in ms. */
  get heldMs(): number {
    return this.#section ? performance.now() - this.#section.sinceMs : 0;
  }

  get retired(): boolean {
    return this.#retireByMs !== Infinity;
  }

  /** Whatever it said, it lives. */
  heard(): void {
    this.#pingMs = undefined;
  }

  /** @param wanted whether somebody still waits for what the section works on */
  beginSection(id: number, wanted: boolean): void {
    const now = performance.now();
    this.#section = { id, sinceMs: now, untilMs: now + (wanted ? this.#options.cpuMs : LEFT_BEHIND_MS) };
  }

  endSection(): void {
    const wasLong = this.heldMs > MEASURE_AFTER_MS;
    this.#section = undefined;
    // What a heavy page has left is known before the next one comes, not at the next look in seconds.
    if (wasLong && this.#child.kind !== "task") this.#measure(performance.now());
  }

  /** The caller of `id` has left: if that holds the thread, it may not do so for long. */
  callerLeft(id: number): void {
    const section = this.#section;
    if (section?.id !== id) return;
    section.untilMs = Math.min(section.untilMs, performance.now() + LEFT_BEHIND_MS);
  }

  /** Gives those who still need the child `withinMs`. */
  retire(withinMs: number): void {
    this.#retireByMs = Math.min(this.#retireByMs, performance.now() + withinMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#measuring;
  }

  #check(): void {
    const { kind } = this.#child;
    const now = performance.now();
    const sinceLast = now - this.#checkedMs;
    this.#checkedMs = now;
    // This very thread was busy: what the child said meanwhile is still unread, so judge it next time.
    if (sinceLast > 5 * CHECK_MS || !this.#child.isReady()) return;
    if (now > this.#retireByMs) return this.#child.kill("ended");
    if (this.#section && now > this.#section.untilMs) return this.#child.kill("timeout");
    if (this.#child.isIdle()) return this.#rest(now);
    this.#worked = true;
    this.#idleMs = undefined;
    if (!this.#child.isBusy()) return void (this.#pingMs = undefined);
    const longAtWork = kind === "task" || this.heldMs > MEASURE_AFTER_MS;
    if (now - this.#measuredMs > (longAtWork ? MEASURE_AFTER_MS : MEASURE_EVERY_MS)) this.#measure(now);
    if (kind === "task") return; // its thread is its own until its timeout
    if (this.#pingMs === undefined) {
      this.#pingMs = now;
      this.#child.ping();
    } else if (now - this.#pingMs > this.#options.cpuMs + HEARTBEAT_SLACK_MS) {
      this.#child.kill("timeout");
    }
  }

  #rest(now: number): void {
    this.#pingMs = undefined;
    if (this.retired) return this.#child.kill("ended");
    if (!this.#worked || this.#child.kind === "task") return;
    this.#idleMs ??= now;
    if (now - this.#idleMs < IDLE_MS) return;
    this.#worked = false;
    this.#idleMs = undefined;
    this.#measure(now);
  }

  #measure(now: number): void {
    this.#measuredMs = now;
    this.#measuring ??= residentMb(this.#child.pid).then((mb) => {
      this.#measuring = undefined;
      const { rssMb } = this.#options;
      const atWork = this.#section !== undefined || this.#child.kind === "task";
      if (mb > rssMb && atWork) return this.#child.kill("out_of_memory");
      if (this.#child.kind === "task") return;
      // Nobody holds the thread: left by those before. Who is in it now is begun again elsewhere, if it comes to that.
      if (mb > rssMb && this.retired) return this.#child.kill("ended");
      if (mb > rssMb * (this.#child.isIdle() ? OUTGROWN.idle : OUTGROWN.busy)) this.retire(OUTGROWN_MS);
    });
  }
}
