import { DeferredError, InterruptedError, messageOf, TaskError } from "../platform/errors.ts";
import type { ProcessTaskHost } from "./port.ts";
import { askArgs, type ChildFailure, type FromChild, type ToChild } from "./protocol.ts";

/** Answers one question of a process task through its worker. Never rejects: a failure is an answer too. */
export async function answerAsk(
  ask: FromChild & { t: "ask" },
  host: ProcessTaskHost,
  signal: AbortSignal,
): Promise<ToChild> {
  try {
    return { t: "answer", seq: ask.seq, value: await perform(ask, host, signal) };
  } catch (error) {
    return { t: "answer", seq: ask.seq, error: failure(error) };
  }
}

async function perform(
  { method, args }: FromChild & { t: "ask" },
  host: ProcessTaskHost,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case "fetch": {
      const [url, init] = askArgs.fetch.parse(args);
      const { body, ...rest } = await host.fetch(url, init, signal);
      return { ...rest, body: body.toBase64() };
    }
    case "cacheGet":
      return await host.cacheGet(...askArgs.cacheGet.parse(args));
    case "cacheSet":
      return await host.cacheSet(...askArgs.cacheSet.parse(args));
    case "cacheDelete":
      return await host.cacheDelete(...askArgs.cacheDelete.parse(args));
  }
}

function failure(error: unknown): ChildFailure {
  if (error instanceof TaskError) {
    const { code, message, retryable, retryAfterS } = error;
    return { code, message, retryable, retryAfterS };
  }
  if (error instanceof DeferredError) {
    return { message: error.message, interrupted: true, retryAtMs: error.retryAtMs };
  }
  if (error instanceof InterruptedError) return { message: error.message, interrupted: true };
  return { code: "handler_error", message: messageOf(error), retryable: true };
}
