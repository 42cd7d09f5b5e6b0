import { DeferredError, TaskError } from "../platform/errors.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { Budget } from "./budget.ts";
import type { GateLimits } from "./rate_limiter.ts";

/** What the work under a ticket came to: its value, and how long the host asked to be left alone. */
export interface TurnResult<T> {
  value: T;
  backoffMs?: number;
}

export interface Turn extends Budget {
  key: string;
  limits: GateLimits;
}

/** Longest wait in a worker's slot. A turn further away is waited for in the queue, where it costs nobody a slot. */
export const HOST_MAX_WAIT_MS = 1000;

/**
 * Runs `work` while holding a ticket for `key`. A turn that is not to be had soon is nobody's failure: the task is put
 * off and costs no attempt, unless it may not be (`mayDefer`). A ticket that comes after the wait was given up goes
 * straight back.
 *
 * @throws {DeferredError} no turn soon
 * @throws {TaskError} timeout: it may not be put off and there is no turn before `deadlineMs`
 */
export async function withHostTurn<T>(
  services: WorkerServices,
  turn: Turn,
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

async function awaitTicket(services: WorkerServices, turn: Turn): Promise<number> {
  const { signal, mayDefer = true } = turn;
  const leftMs = Math.max(0, turn.deadlineMs - Date.now());
  const maxWaitMs = Math.min(mayDefer ? HOST_MAX_WAIT_MS : leftMs, leftMs);
  const ticket = services.hostAcquire(turn.key, turn.limits, { maxWaitMs });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeferredError(Date.now() + 1000, noTurn(turn.key))), leftMs);
    onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([ticket, givenUp]);
  } catch (error) {
    ticket.then((late) => services.hostRelease(late)).catch(() => {});
    if (error instanceof DeferredError && !mayDefer) {
      throw new TaskError("timeout", noTurn(turn.key), { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort!);
  }
}

function noTurn(key: string): string {
  return `No turn at ${key} within the attempt's time`;
}
