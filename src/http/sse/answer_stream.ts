import type { AnswerEvent } from "../../answers/port.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { Problem } from "../problem.ts";
import { answerBody, sourcesBody } from "../schemas/ask.ts";
import { streamHeaders } from "./event_streams.ts";
import { HEARTBEAT, sseBytes } from "./message.ts";

export interface AnswerStreamOptions {
  /** Aborts when the client has gone. */
  gone: AbortSignal;
  /** Aborts when the service stops. */
  stopping: AbortSignal;
  /** What the client is told of an error, once the answer has begun. */
  problem(error: unknown): Problem;
  /** Time between two heartbeats. @default 15000 */
  heartbeatMs?: number;
}

/** Heartbeats for which a client may take nothing: the model behind it is not held open for a client that does not read. */
const MAX_MISSED_BEATS = 2;

/**
 * Answers with the events of `ask`. The next event is asked for when the client has taken all before it, and none is kept.
 * Nothing is sent before there is a first event: what fails until then is thrown, and has a status of its own.
 *
 * States: idle (the client has not taken the last bytes) ⇄ working (an event is waited for) → closed, by `done`, by an
 * `error`, by the client's going.
 */
export async function answerStreamOf(
  ask: (signal: AbortSignal) => AsyncIterable<AnswerEvent>,
  { gone, stopping, problem, heartbeatMs = 15_000 }: AnswerStreamOptions,
): Promise<Response> {
  const ended = new AbortController();
  const end = () => ended.abort();
  gone.addEventListener("abort", end, { once: true });
  stopping.addEventListener("abort", end, { once: true });
  const letGo = () => {
    gone.removeEventListener("abort", end);
    stopping.removeEventListener("abort", end);
  };
  let first: IteratorResult<AnswerEvent> | undefined;
  let events: AsyncIterator<AnswerEvent>;
  try {
    if (gone.aborted || stopping.aborted) end();
    ended.signal.throwIfAborted();
    events = ask(ended.signal)[Symbol.asyncIterator]();
    first = await events.next();
  } catch (error) {
    letGo();
    if (stopping.aborted && !gone.aborted) throw stopped();
    throw error;
  }
  letGo();

  let working = false;
  let closed = false;
  let missed = 0;
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

  const letClientGo = () => {
    clearInterval(timer);
    gone.removeEventListener("abort", onGone);
    stopping.removeEventListener("abort", onStop);
    closed = true;
    ended.abort(); // whatever is still at work on the answer ends
    // A generator that waits at its last event has things to let go of, too.
    void Promise.resolve(events.return?.()).catch(() => {});
  };
  const close = (last?: unknown) => {
    if (closed) return;
    // To a client that does not read, nothing is said: it would have to be kept for it.
    if (last !== undefined && working) controller.enqueue(errorBytes(problem(last)));
    letClientGo();
    controller.close();
  };
  const onGone = () => close();
  const onStop = () => close(stopped());
  const beat = () => {
    // The client waits: with no bytes of ours unread it is given one more sign of life.
    if (working && controller.desiredSize === 0) controller.enqueue(HEARTBEAT);
    if (working) missed = 0;
    else if (++missed > MAX_MISSED_BEATS) close();
  };
  const timer = setInterval(beat, heartbeatMs);

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (given) => {
      controller = given;
      gone.addEventListener("abort", onGone, { once: true });
      stopping.addEventListener("abort", onStop, { once: true });
    },
    pull: async () => {
      working = true;
      missed = 0;
      try {
        const { value: event, done } = first ?? await events.next();
        first = undefined;
        if (closed) return;
        if (done) throw new Error("The answer ended before it was done");
        controller.enqueue(bytesOf(event));
        if (event.kind === "done") close();
      } catch (error) {
        close(error); // a plain end: for an error `Deno.serve` would write a stack to stderr
      } finally {
        working = false;
      }
    },
    cancel: () => {
      if (!closed) letClientGo();
    },
  }, { highWaterMark: 0 });
  if (gone.aborted) onGone();
  else if (stopping.aborted) onStop();
  return new Response(body, { headers: streamHeaders });
}

function bytesOf(event: AnswerEvent): Uint8Array<ArrayBuffer> {
  const data = event.kind === "sources"
    ? sourcesBody(event)
    : event.kind === "text"
    ? { text: event.text }
    : answerBody(event.answer);
  return sseBytes({ event: event.kind, data: JSON.stringify(data) });
}

function errorBytes(problem: Problem): Uint8Array<ArrayBuffer> {
  return sseBytes({ event: "error", data: JSON.stringify(problem) });
}

function stopped(): ServiceError {
  return new ServiceError("unavailable", "The service is stopping; ask again", { retryAfterS: 5 });
}
