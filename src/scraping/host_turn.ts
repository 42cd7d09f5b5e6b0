import { DeferredError, TaskError } from "../platform/errors.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { Budget } from "./budget.ts";
import type { GateLimits } from "./gate_options.ts";
import type { TurnFeedback } from "./host_pace.ts";

/** A turn while it lasts. */
export interface HeldTurn {
  /** Gives it back before the work is done, when the host has nothing more to do with it. Only the first word counts. */
  end(feedback: TurnFeedback): void;
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
  work: (held: HeldTurn) => Promise<T>,
): Promise<T> {
  turn.signal?.throwIfAborted();
  const ticket = await awaitTicket(services, turn);
  let ended = false;
  const end = (feedback: TurnFeedback) => {
    if (ended) return;
    ended = true;
    // Nobody waits for the word that it has arrived: the next one is let in when it does.
    services.hostRelease(ticket, feedback).catch(() => {});
  };
  try {
    return await work({ end });
  } finally {
    end({});
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
