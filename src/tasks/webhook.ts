import { z } from "zod";
import { TaskError } from "../platform/errors.ts";
import { tracer } from "../platform/tracing/mod.ts";
import { retryAfterS } from "../platform/retry_after.ts";
import type { Backoff } from "../queue/task.ts";
import { defineTask, type TaskContext, type TaskDefinition } from "./define.ts";

const MAX_URL_CHARS = 8192;

/** What a delivery is asked with. Strict: what the queue writes and what a caller may ask for are the same. */
export const webhookInput = z.strictObject({
  url: z.string().max(MAX_URL_CHARS).refine(
    (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    "must be an absolute http or https URL",
  ),
  /** What happened, e.g. `task.completed`; sent as a header too. */
  event: z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, "must match [a-z][a-z0-9_.-]{0,63}"),
  data: z.record(z.string(), z.unknown()),
});

export const webhookOutput = z.object({ status_code: z.int(), duration_ms: z.int() });

export type WebhookInput = z.output<typeof webhookInput>;

export interface WebhookTaskDeps {
  /** The value of `Tutti-Signature`. The main isolate, which only needs the schemas, gives one that throws. */
  sign(body: string, timeS: number): Promise<string>;
}

export const WEBHOOK_TYPE = "webhook";
const MAX_ATTEMPTS = 8;
const TIMEOUT_MS = 30_000;
/** 5 s, 10 s, ... 160 s, 320 s: some ten minutes of trying where the receiver names no time of its own. */
const BACKOFF: Backoff = { kind: "exponential", delayMs: 5000, maxMs: 3_600_000, jitter: 0.2 };
/** 4xx that speak of the moment, not of the delivery. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Tells a receiver of an event: one signed POST, tried again until a 2xx, a final no or the last attempt. */
export function createWebhookTask(
  deps: WebhookTaskDeps,
): TaskDefinition<typeof webhookInput, typeof webhookOutput> {
  return defineTask({
    name: WEBHOOK_TYPE,
    input: webhookInput,
    output: webhookOutput,
    isolation: "thread",
    load: "io",
    timeoutMs: TIMEOUT_MS,
    maxAttempts: MAX_ATTEMPTS,
    backoff: BACKOFF,
    run: (input, ctx) => deliver(input, ctx, deps),
  });
}

/** The body of a delivery: the same fields in the same order for the same delivery. @param sentMs unix */
export function webhookBody(
  { event, data }: Pick<WebhookInput, "event" | "data">,
  delivery: { id: string; attempt: number; sentMs: number },
): string {
  const { id, attempt, sentMs } = delivery;
  return JSON.stringify({
    event,
    delivery_id: id,
    attempt,
    sent_at: new Date(sentMs).toISOString(),
    data,
  });
}

async function deliver(
  input: WebhookInput,
  ctx: TaskContext,
  deps: WebhookTaskDeps,
): Promise<z.output<typeof webhookOutput>> {
  const sentMs = Date.now();
  const body = webhookBody(input, { id: ctx.taskId, attempt: ctx.attempt, sentMs });
  const traceparent = tracer()?.active()?.traceparent;
  const headers = {
    "content-type": "application/json",
    "tutti-event": input.event,
    "tutti-delivery": ctx.taskId,
    "tutti-signature": await deps.sign(body, Math.floor(sentMs / 1000)),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const beganMs = performance.now();
  let response: Response;
  try {
    response = await ctx.fetch(input.url, {
      method: "POST",
      headers,
      body,
      redirect: "manual", // a POST that is redirected becomes a GET, or goes where nobody checked
      respectRobots: false, // robots.txt is for crawlers; this receiver asked to be told
      maxBytes: 0, // the status is the answer
    });
  } catch (error) {
    // A certificate that has run out is renewed, as a server that is down comes back.
    if (error instanceof TaskError && error.code === "tls") throw retryable(error);
    throw error;
  }
  refuseBadStatus(response);
  return { status_code: response.status, duration_ms: Math.round(performance.now() - beganMs) };
}

/** The message names the status and not the address: a receiver's URL may carry its own secret. */
function refuseBadStatus({ status, headers }: Response): void {
  if (status >= 200 && status < 300) return;
  const wait = retryAfterS(headers.get("retry-after") ?? undefined);
  const message = `The receiver answered ${status}`;
  if (status >= 500) throw new TaskError("http_5xx", message, { retryable: true, retryAfterS: wait });
  if (status >= 400) {
    const passing = PASSING.has(status);
    throw new TaskError("http_4xx", message, {
      retryable: passing,
      ...(passing ? { retryAfterS: wait } : {}),
    });
  }
  throw new TaskError("redirect_loop", `${message}, and a webhook follows no redirect`, { retryable: true });
}

function retryable(error: TaskError): TaskError {
  return new TaskError(error.code, error.message, { retryable: true, cause: error });
}
