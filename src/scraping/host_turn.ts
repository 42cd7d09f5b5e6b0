import { InterruptedError } from "../platform/errors.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { GateLimits } from "./rate_limiter.ts";

/** What the work under a ticket came to: its value, and how long the host asked to be left alone. */
export interface TurnResult<T> {
  value: T;
  backoffMs?: number;
}

/**
 * Runs `work` while holding a ticket for `key`. A turn that has not come by `deadlineMs` (unix) is nobody's failure: the
 * task goes back to the queue and costs no attempt. A ticket that comes after the wait was given up goes straight back.
 */
export async function withHostTurn<T>(
  services: WorkerServices,
  turn: { key: string; limits: GateLimits; deadlineMs: number; signal?: AbortSignal },
  work: () => Promise<TurnResult<T>>,
): Promise<T> {
  turn.signal?.throwIfAborted();
  const ticket = await awaitTicket(services, turn);
  let backoffMs: number | undefined;
  try {
    const result = await work();
    backoffMs = result.backoffMs;
    return result.value;
  } finally {
    await services.hostRelease(ticket, backoffMs === undefined ? {} : { backoffMs });
  }
}

async function awaitTicket(
  services: WorkerServices,
  turn: { key: string; limits: GateLimits; deadlineMs: number; signal?: AbortSignal },
): Promise<number> {
  const { signal } = turn;
  const ticket = services.hostAcquire(turn.key, turn.limits);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new InterruptedError(`No turn at ${turn.key} within the attempt's time`)),
      Math.max(0, turn.deadlineMs - Date.now()),
    );
    onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([ticket, givenUp]);
  } catch (error) {
    ticket.then((late) => services.hostRelease(late)).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort!);
  }
}
