/** Limits of one key: `concurrency` tickets at once, `delayMs` from the start of one to the start of the next. */
export interface GateLimits {
  concurrency: number;
  delayMs: number;
  /** What the site itself asks for (robots.txt): one request after another, at least that far apart. @default 0 */
  crawlDelayMs?: number;
}

export interface GateOptions {
  /** @default the system's */
  clock?: GateClock;
  /** Longest a host is left alone, whatever it asks for. @default 300_000 */
  maxBackoffMs?: number;
}

/** One host that is being asked, or not to be asked for now. Times in unix ms. */
export interface HostReport {
  host: string;
  held: number;
  waiting: number;
  concurrency: number;
  delayMs: number;
  /** It is left alone until then. */
  leftAloneUntilMs?: number;
}

/** Time as the gate needs it. */
export interface GateClock {
  nowMs(): number;
  /** Calls `run` after `ms`; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** The time of this machine. */
export const systemClock: GateClock = {
  nowMs: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
