import { createHttpApp, type HttpApp, type HttpAppOptions, HttpServer } from "../../src/http/mod.ts";
import { EventLog } from "../../src/queue/mod.ts";
import type { EventFilter, FeedListener } from "../../src/queue/service_port.ts";
import { checkedFetch } from "../contract/contract_check.ts";
import { type FakeHttpDeps, fakeHttpDeps } from "../fakes/fake_http_deps.ts";
import { EventReader } from "./event_reader.ts";

/** An event log that can tell how many follow it. */
export class CountingLog extends EventLog {
  followers = 0;

  override follow(filter: EventFilter, listener: FeedListener): () => void {
    const stop = super.follow(filter, listener);
    this.followers++;
    return () => {
      this.followers--;
      stop();
    };
  }
}

export interface EventClient {
  app: HttpApp;
  deps: FakeHttpDeps;
  log: CountingLog;
  task(options?: { type?: string; brand?: string }): Promise<string>;
  batch(size: number): Promise<{ batchId: string; taskIds: string[] }>;
  /** The answer, whatever it is. */
  ask(path: string, init?: RequestInit & { lastId?: string }): Promise<Response>;
  follow(path: string, init?: RequestInit & { lastId?: string }): Promise<EventReader>;
}

/** The app over a fake queue with a real event log. */
export function eventClient(
  options: HttpAppOptions["events"] = {},
  logOptions: ConstructorParameters<typeof EventLog>[1] = {},
): EventClient {
  const deps = fakeHttpDeps();
  const log = new CountingLog(deps.queue, logOptions);
  deps.events = log;
  const app = createHttpApp(deps, { events: { batchEveryMs: 1, countersEveryMs: 1, ...options } });
  app.fetch = checkedFetch(app.fetch);
  const ask: EventClient["ask"] = async (path, { lastId, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (lastId !== undefined) headers.set("last-event-id", lastId);
    const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
    return await app.request(path, { ...init, headers }, info as never);
  };
  return {
    app,
    deps,
    log,
    ask,
    task: async ({ type = "test", brand } = {}) =>
      (await deps.queue.enqueue({ type, input: {}, brand })).taskId,
    batch: (size) =>
      deps.queue.enqueueBatch({
        type: "test",
        inputs: Array.from({ length: size }, () => ({})),
        maxConcurrent: 5,
      }),
    follow: async (path, init) => new EventReader(await ask(path, init)),
  };
}

/** The same behind a listener. */
export function listen(it: EventClient): { port: number; server: HttpServer } & AsyncDisposable {
  const server = new HttpServer({
    handler: (request, info) => it.app.fetch(request, info as never),
    log: it.deps.log,
  });
  const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
  return { port, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** A connection that asks and never reads. */
export async function mute(port: number, path: string): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
  return socket;
}

/** Lets other work go on until something holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error(`it never came about that ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
