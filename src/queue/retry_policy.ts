import type { TaskFailure } from "../platform/errors.ts";
import type { Backoff } from "./task.ts";

/** The longest a server's own wish (`Retry-After`) is followed: a stranger must not park a task for years. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

export interface RetryQuestion {
  /** The attempt that failed, from 1. */
  attempt: number;
  maxAttempts: number;
  failure: TaskFailure;
  backoff: Backoff;
  /** 0 <= n < 1. @default Math.random */
  random?: () => number;
}

/** Milliseconds until the next attempt, or undefined where there is none. */
export function nextWaitMs(question: RetryQuestion): number | undefined {
  const { attempt, maxAttempts, failure, backoff, random = Math.random } = question;
  if (!failure.retryable || attempt >= maxAttempts) return undefined;
  const wait = Math.min(baseWaitMs(backoff, attempt), backoff.maxMs);
  const spread = wait * (1 - backoff.jitter) + wait * backoff.jitter * random();
  const asked = Math.min((failure.retry_after_s ?? 0) * 1000, MAX_RETRY_AFTER_MS);
  return Math.round(Math.max(spread, asked));
}

function baseWaitMs(backoff: Backoff, attempt: number): number {
  switch (backoff.kind) {
    case "fixed":
      return backoff.delayMs;
    case "exponential":
      return backoff.delayMs * 2 ** (attempt - 1);
    case "list": {
      const list = backoff.delaysMs ?? [];
      return list[Math.min(attempt, list.length) - 1] ?? backoff.delayMs;
    }
  }
}
