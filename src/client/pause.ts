/** Waits; throws the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Wait before attempt number `attempt` (from 1) of what failed: 0.2 s, 0.4 s, ... at most `maxMs`; less by chance. */
export function backoffMs(attempt: number, maxMs = 5000): number {
  return Math.min(maxMs, 200 * 2 ** (attempt - 1)) * (0.8 + 0.2 * Math.random());
}
