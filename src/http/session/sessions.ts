import { randomBytes } from "node:crypto";

export interface SessionsOptions {
  /** A session that is not used for this long ends. @default 12 hours */
  idleMs?: number;
  /** One ends after this long, used or not. @default 7 days */
  lifeMs?: number;
  /** Most sessions; the one used least lately makes room. @default 1000 */
  max?: number;
  /** Monotonic milliseconds. @default performance.now */
  nowMs?: () => number;
}

interface Session {
  openedMs: number;
  usedMs: number;
}

/**
 * Who has signed in with a key. A session is a random id and two times: the key is not in it, and a restart ends all of
 * them.
 */
export class Sessions {
  readonly #idleMs: number;
  readonly #lifeMs: number;
  readonly #max: number;
  readonly #nowMs: () => number;
  /** Least lately used first. */
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions = {}) {
    this.#idleMs = options.idleMs ?? 12 * 3_600_000;
    this.#lifeMs = options.lifeMs ?? 7 * 24 * 3_600_000;
    this.#max = options.max ?? 1000;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A new session's id: 256 random bits. */
  open(): string {
    const nowMs = this.#nowMs();
    if (this.#sessions.size >= this.#max) {
      const [oldest] = this.#sessions.keys();
      this.#sessions.delete(oldest!);
    }
    const id = randomBytes(32).toString("base64url");
    this.#sessions.set(id, { openedMs: nowMs, usedMs: nowMs });
    return id;
  }

  /** Whether it is one, which counts as using it. */
  use(id: string): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    const nowMs = this.#nowMs();
    this.#sessions.delete(id);
    if (nowMs - session.usedMs >= this.#idleMs || nowMs - session.openedMs >= this.#lifeMs) return false;
    session.usedMs = nowMs;
    this.#sessions.set(id, session);
    return true;
  }

  close(id: string): void {
    this.#sessions.delete(id);
  }
}
