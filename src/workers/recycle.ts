/** What a worker has been through since it started. */
export interface WorkerHistory {
  /** Attempts it has settled. */
  settled: number;
  /** Handlers that ignored their signal and may still run in it although their attempt has ended. */
  leftBehind: number;
}

export interface RecyclePolicy {
  /** Attempts after which a worker is replaced, against slow leaks in task code; 0: never. @default 0 */
  maxAttempts?: number;
  /** Left-behind handlers after which it is replaced. @default 8 */
  maxLeftBehind?: number;
}

/** Whether a worker should be replaced once it holds nothing; never a reason to cut an attempt off. */
export function shouldRecycle(history: WorkerHistory, policy: RecyclePolicy = {}): boolean {
  const { maxAttempts = 0, maxLeftBehind = 8 } = policy;
  if (maxAttempts > 0 && history.settled >= maxAttempts) return true;
  return history.leftBehind >= maxLeftBehind;
}

/**
 * How long to wait before a worker that died is started again, in milliseconds. The first death is replaced at once;
 * workers that die one after the other without settling an attempt wait longer each time, up to ten seconds, so that
 * one that cannot start does not spin.
 */
export function restartDelayMs(barrenDeaths: number): number {
  return barrenDeaths <= 1 ? 0 : Math.min(10_000, 100 * 2 ** (barrenDeaths - 2));
}
