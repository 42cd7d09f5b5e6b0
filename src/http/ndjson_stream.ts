import { ServiceError } from "../platform/errors.ts";

const encoder = new TextEncoder();
const EMPTY_LINE = encoder.encode("\n");

/** What a stream of lines is made from. It is asked line by line, so that what the client does not take is never made. */
export interface LineSource {
  /** The next line, JSON without a line break; undefined where there is none within some seconds; null at the end. */
  next(signal: AbortSignal): Promise<string | undefined | null>;
}

export interface NdjsonOptions {
  /** Aborts when the client has gone. */
  gone: AbortSignal;
  /** Aborts when the service stops. */
  stopping: AbortSignal;
  /** Told of what went wrong on the way, as its answer has begun long since. */
  onFailure(error: unknown): void;
}

/** Of a stream: nothing between here and the client may keep it, pack it (`no-transform`) or wait for more of it. */
export const ndjsonHeaders: Record<string, string> = {
  "content-type": "application/x-ndjson; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Answers with lines of JSON. One line is made when the client has taken all before it, and none is kept. An empty line
 * says that there is nothing new. What ends it before its time is told in a last line, `{"error":{"code","message"}}`,
 * as its status has been sent long since.
 *
 * States: idle (the client has not taken the last line) ⇄ working (a line is made for it) → closed.
 */
export function ndjsonResponse(source: LineSource, options: NdjsonOptions): Response {
  const { gone, stopping, onFailure } = options;
  const ended = new AbortController();
  let working = false;
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

  const close = (last?: ServiceError) => {
    if (ended.signal.aborted) return;
    gone.removeEventListener("abort", onGone);
    stopping.removeEventListener("abort", onStop);
    // To a client that does not read, nothing is said: it would have to be kept for it.
    if (last !== undefined && working) controller.enqueue(encoder.encode(errorLine(last)));
    ended.abort();
    controller.close();
  };
  const onGone = () => close();
  const onStop = () =>
    close(new ServiceError("unavailable", "The service is stopping; ask again for the rest"));

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (given) => {
      controller = given;
      gone.addEventListener("abort", onGone, { once: true });
      stopping.addEventListener("abort", onStop, { once: true });
    },
    pull: async () => {
      working = true;
      try {
        const line = await source.next(ended.signal);
        if (ended.signal.aborted) return;
        if (line === null) return close();
        controller.enqueue(line === undefined ? EMPTY_LINE : encoder.encode(`${line}\n`));
      } catch (error) {
        if (ended.signal.aborted) return;
        onFailure(error);
        // A plain end: for an error `Deno.serve` would write a stack to stderr.
        close(
          error instanceof ServiceError ? error : new ServiceError("internal", "The log has the reason"),
        );
      } finally {
        working = false;
      }
    },
    cancel: () => {
      gone.removeEventListener("abort", onGone);
      stopping.removeEventListener("abort", onStop);
      ended.abort();
    },
  }, { highWaterMark: 0 });
  if (gone.aborted) onGone();
  else if (stopping.aborted) close();
  return new Response(body, { headers: ndjsonHeaders });
}

function errorLine({ code, message }: ServiceError): string {
  return `${JSON.stringify({ error: { code, message } })}\n`;
}
