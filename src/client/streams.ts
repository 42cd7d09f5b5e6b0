import { linesOf, type ServerEvent, serverEventsOf } from "./lines.ts";
import { type FollowOptions, Patience } from "./patience.ts";
import { TuttiProblem, TuttiUnreachable } from "./problem.ts";
import type { Transport } from "./transport.ts";

const DEFAULT_IDLE_MS = 45_000;

/** Opens a stream for `read`; a silence longer than `idleMs` and a connection that breaks are `TuttiUnreachable`. */
async function* openStream<T>(
  transport: Transport,
  path: string,
  headers: Record<string, string>,
  { signal, idleMs = DEFAULT_IDLE_MS }: FollowOptions,
  read: (body: ReadableStream<Uint8Array>) => AsyncIterable<T>,
  onOpen?: (response: Response) => void,
): AsyncGenerator<T, void, void> {
  const silence = new AbortController();
  const tooQuiet = new TuttiUnreachable(transport.url, new Error(`nothing was heard for ${idleMs} ms`));
  const onAbort = () => silence.abort(signal!.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort, { once: true });
  let timer = setTimeout(() => silence.abort(tooQuiet), idleMs);
  try {
    const response = await transport.open({ method: "GET", path, headers, signal: silence.signal });
    onOpen?.(response);
    if (response.body === null) return;
    const heard = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(tooQuiet), idleMs);
          controller.enqueue(chunk);
        },
      }),
    );
    for await (const each of read(heard)) {
      yield each;
      signal?.throwIfAborted(); // what has come already is not given either
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw tooQuiet;
    throw error instanceof TuttiProblem || error instanceof TuttiUnreachable || !isBroken(error)
      ? error
      : new TuttiUnreachable(transport.url, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What the platforms throw for a body that breaks off. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === "AbortError");
}

/** Follows server-sent events. After a break it comes back with the last id; it ends where the service says so (204). */
export async function* followEvents(
  transport: Transport,
  path: string,
  options: FollowOptions & { lastEventId?: string },
): AsyncGenerator<ServerEvent, void, void> {
  const patience = new Patience(options);
  let lastId = options.lastEventId;
  while (true) {
    let failure: unknown;
    let isOver = false;
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastId !== undefined) headers["last-event-id"] = lastId;
      const events = openStream(
        transport,
        path,
        headers,
        options,
        serverEventsOf,
        ({ status }) => isOver = status === 204,
      );
      for await (const event of events) {
        lastId = event.id ?? lastId;
        patience.renew();
        yield event;
      }
    } catch (error) {
      failure = error;
    }
    if (isOver) return;
    await patience.bear(failure);
  }
}

/** Lines of JSON. The `{"error"}` that ends a stream before its time is thrown. */
export async function* jsonLines<T extends object>(
  transport: Transport,
  path: string,
  options: FollowOptions,
): AsyncGenerator<T, void, void> {
  const headers = { accept: "application/x-ndjson" };
  for await (const line of openStream(transport, path, headers, options, linesOf)) {
    if (line === "") continue; // nothing new yet
    const value = JSON.parse(line) as { error?: { code: string; message: string }; number?: number };
    // A page that failed has an `error`, too, and a number.
    if (value.error !== undefined && value.number === undefined) throw brokenOff(value.error);
    yield value as T;
  }
}

function brokenOff({ code, message }: { code: string; message: string }): TuttiProblem {
  return new TuttiProblem({
    code: code as TuttiProblem["code"],
    status: code === "unavailable" ? 503 : 500,
    title: "The stream was ended before its time",
    detail: message,
  });
}
