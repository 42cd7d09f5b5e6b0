export interface SignInLimitOptions {
  /** Wrong keys one peer may try within `windowMs`. @default 10 */
  attempts?: number;
  /** @default 60000 */
  windowMs?: number;
  /** Most peers that are remembered. @default 10000 */
  maxPeers?: number;
  /** Monotonic milliseconds. @default performance.now */
  nowMs?: () => number;
}

/** Counts the wrong keys of each peer, so that a page cannot be used to guess one. */
export class SignInLimit {
  readonly #attempts: number;
  readonly #windowMs: number;
  readonly #maxPeers: number;
  readonly #nowMs: () => number;
  readonly #failed = new Map<string, { count: number; endMs: number }>();

  constructor(options: SignInLimitOptions = {}) {
    this.#attempts = options.attempts ?? 10;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#maxPeers = options.maxPeers ?? 10_000;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Milliseconds until the peer may try again; 0 where it may now. */
  waitMs(peer: string): number {
    const known = this.#failed.get(peer);
    if (known === undefined) return 0;
    const leftMs = known.endMs - this.#nowMs();
    if (leftMs <= 0) {
      this.#failed.delete(peer);
      return 0;
    }
    return known.count >= this.#attempts ? leftMs : 0;
  }

  failed(peer: string): void {
    const known = this.#failed.get(peer);
    if (known !== undefined) {
      known.count++;
      return;
    }
    if (this.#failed.size >= this.#maxPeers) {
      const [oldest] = this.#failed.keys();
      this.#failed.delete(oldest!);
    }
    this.#failed.set(peer, { count: 1, endMs: this.#nowMs() + this.#windowMs });
  }

  succeeded(peer: string): void {
    this.#failed.delete(peer);
  }
}
